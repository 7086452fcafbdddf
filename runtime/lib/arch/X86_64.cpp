// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Stubs for x86-64, System V calling convention.
//
//   trampoline, 16 bytes             notice, 16 bytes
//     endbr64                          endbr64
//     jmp *cell(%rip)                  lea cell(%rip), %r11
//     int3 x 6                         jmp head          ; once per page:
//                                                        ; jmp *common(%rip)
//
// %r11 is free at a call: neither argument, nor static chain (%r10), nor kept.
// The common part of notices is X86_64Notice.S.
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
void (*HcrArchReport)(hcr::arch::NoticeCell *) = nullptr;
}

namespace hcr::arch {

namespace {
constexpr size_t StubSize = 16;

/// Start of the notice's data page: the address of the common part, so that
/// the code page reaches it wherever libhcr.so lies.
struct NoticeHead {
  void (*Common)(void);
  void *Unused;
};
static_assert(sizeof(NoticeHead) == sizeof(NoticeCell));

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

void writeNotices(void *Block, void (*Report)(NoticeCell *)) {
  findSaveSize();
  HcrArchReport = Report;
  auto *Head = reinterpret_cast<NoticeHead *>(bytes(Block) + PageSize);
  Head->Common = hcrArchNotice;
  memset(Block, 0xcc, PageSize);
  uint8_t *Shared = bytes(Block);
  uint8_t *At = Shared;
  put(At, {0xff, 0x25}); // jmp *common(%rip)
  putDistance(At, &Head->Common);
  for (unsigned I = 0; I < NoticesPerBlock; ++I) {
    At = static_cast<uint8_t *>(noticeAt(Block, I));
    put(At, {0xf3, 0x0f, 0x1e, 0xfa}); // endbr64
    put(At, {0x4c, 0x8d, 0x1d});       // lea cell(%rip), %r11
    putDistance(At, noticeCell(Block, I));
    put(At, {0xe9}); // jmp head
    putDistance(At, Shared);
  }
}

void *noticeAt(void *Block, unsigned Index) {
  return bytes(Block) + (Index + 1) * StubSize;
}

NoticeCell *noticeCell(void *Block, unsigned Index) {
  return reinterpret_cast<NoticeCell *>(bytes(Block) + PageSize) + Index + 1;
}

void *nothing() { return reinterpret_cast<void *>(hcrArchNothing); }

} // namespace hcr::arch
