// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Stubs for x86-64, System V calling convention.
//
//   trampoline, 16 bytes             notice and entry thunk, 16 bytes
//     endbr64                          endbr64
//     jmp *cell(%rip)                  pushq $index
//     int3 x 6                         jmp head
//                                    head, once per page
//                                      pushq %rax
//                                      leaq  cells(%rip), %rax
//                                      jmpq  *common(%rip)
//
// No register is free at a call of any convention: %r11 of the usual one is an
// argument of regcall and preserve_none. So what the common part
// (X86_64Notice.S, X86_64Enter.S) needs goes over the stack.
#include "Records.h"
#include "Stubs.h"

#include <cpuid.h>
#include <cstdint>
#include <cstring>
#include <initializer_list>

extern "C" {
/// Bytes that XSAVE needs, 0: only the SSE registers are saved.
uint32_t HcrArchSaveSize = 0;
void hcrArchNotice(void);
void *hcrArchNothing(void);
void (*HcrArchReport)(hcr::arch::NoticeCell *, uintptr_t) = nullptr;
/// Width of vector registers: 0 of SSE, 1 of AVX, 2 of AVX-512.
[[gnu::visibility("hidden")]] uint32_t HcrArchVectors = 0;
void hcrArchEnter(void);
__thread hcr::arch::CallRecords *HcrArchRecords = nullptr;
hcr::arch::CallRecords *(*HcrArchMakeRecords)(uintptr_t) = nullptr;
}

namespace hcr::arch {

namespace {
constexpr size_t StubSize = 16;

/// Start of the data page: the address of the common part, so that the code
/// page reaches it wherever libhcr.so lies.
struct DataHead {
  void (*Common)(void);
  void *Unused;
};
// The assembly counts on it.
static_assert(sizeof(DataHead) == StubSize && sizeof(NoticeCell) == StubSize &&
              sizeof(ThunkCell) == StubSize);

uint8_t *bytes(void *Block) { return static_cast<uint8_t *>(Block); }

void put(uint8_t *&At, std::initializer_list<uint8_t> Code) {
  for (uint8_t Byte : Code)
    *At++ = Byte;
}

/// A distance counts from the end of its four bytes.
void putDistance(uint8_t *&At, const void *Target) {
  auto Distance =
      static_cast<int32_t>(static_cast<const uint8_t *>(Target) - (At + 4));
  memcpy(At, &Distance, 4);
  At += 4;
}

void findSaveSize() {
  unsigned A, B, C, D;
  if (!__get_cpuid(1, &A, &B, &C, &D) || !(C & bit_OSXSAVE))
    return;
  if (__get_cpuid_count(0xd, 0, &A, &B, &C, &D))
    HcrArchSaveSize = B;
  // What the system saves for the program is what the program can use.
  uint32_t Low, High;
  asm("xgetbv" : "=a"(Low), "=d"(High) : "c"(0));
  constexpr uint32_t Avx = 0x6, Avx512 = 0xe6;
  HcrArchVectors = (Low & Avx512) == Avx512 ? 2 : (Low & Avx) == Avx;
}
} // namespace

void writeTrampolines(void *Block) {
  memset(Block, 0xcc, PageSize);
  for (unsigned I = 0; I < TrampolinesPerBlock; ++I) {
    auto *At = static_cast<uint8_t *>(trampolineAt(Block, I));
    put(At, {0xf3, 0x0f, 0x1e, 0xfa}); // endbr64
    put(At, {0xff, 0x25});             // jmp *cell(%rip)
    putDistance(At, trampolineCell(Block, I));
  }
}

void *trampolineAt(void *Block, unsigned Index) {
  return bytes(Block) + (Index + 1) * StubSize;
}

void **trampolineCell(void *Block, unsigned Index) {
  return reinterpret_cast<void **>(bytes(Block) + PageSize) + Index;
}

/// Stubs that tell a common part their number.
static void writeNumbered(void *Block, unsigned Count, void (*Common)(void)) {
  findSaveSize();
  auto *Head = reinterpret_cast<DataHead *>(bytes(Block) + PageSize);
  Head->Common = Common;
  memset(Block, 0xcc, PageSize);
  uint8_t *Shared = bytes(Block);
  uint8_t *At = Shared;
  put(At, {0x50});             // pushq %rax
  put(At, {0x48, 0x8d, 0x05}); // leaq cells(%rip), %rax
  putDistance(At, Head);
  put(At, {0xff, 0x25}); // jmpq *common(%rip)
  putDistance(At, &Head->Common);
  for (unsigned I = 0; I < Count; ++I) {
    At = bytes(Block) + (I + 1) * StubSize;
    put(At, {0xf3, 0x0f, 0x1e, 0xfa});                 // endbr64
    put(At, {0x68, static_cast<uint8_t>(I), 0, 0, 0}); // pushq $index
    put(At, {0xe9});                                   // jmp head
    putDistance(At, Shared);
  }
}

void writeNotices(void *Block, void (*Report)(NoticeCell *, uintptr_t)) {
  HcrArchReport = Report;
  writeNumbered(Block, NoticesPerBlock, hcrArchNotice);
}

void *noticeAt(void *Block, unsigned Index) {
  return bytes(Block) + (Index + 1) * StubSize;
}

NoticeCell *noticeCell(void *Block, unsigned Index) {
  return reinterpret_cast<NoticeCell *>(bytes(Block) + PageSize) + Index + 1;
}

void writeThunks(void *Block) {
  writeNumbered(Block, ThunksPerBlock, hcrArchEnter);
}

void *thunkAt(void *Block, unsigned Index) {
  return bytes(Block) + (Index + 1) * StubSize;
}

ThunkCell *thunkCell(void *Block, unsigned Index) {
  return reinterpret_cast<ThunkCell *>(bytes(Block) + PageSize) + Index + 1;
}

void *nothing() { return reinterpret_cast<void *>(hcrArchNothing); }

} // namespace hcr::arch
