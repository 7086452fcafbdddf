// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Calls that can be made again.
//
// While a reload is young, slots of the functions that it changed hold entry
// thunks. A thunk notes how the function was called, and jumps to its new body;
// no frame is made, and every register is what it was. If that body crashes,
// the same call goes to the old body (decision 0005).
#ifndef HCR_ARCH_RECORDS_H
#define HCR_ARCH_RECORDS_H

#include <cstddef>
#include <cstdint>

namespace hcr::arch {

/// What a thunk knows. Body is read once for each call.
struct ThunkCell {
  void *Body;    // of the newest version
  uintptr_t Old; // of the version before; the highest bit: it is the same code
};

constexpr uintptr_t IsSameCode = uintptr_t(1) << 63; // no address of a program
inline void setOld(ThunkCell &Cell, void *Body, bool IsChanged) {
  uintptr_t Value = reinterpret_cast<uintptr_t>(Body);
  __atomic_store_n(&Cell.Old, IsChanged ? Value : Value | IsSameCode,
                   __ATOMIC_RELAXED);
}
inline void *oldOf(const ThunkCell &Cell) {
  return reinterpret_cast<void *>(Cell.Old & ~IsSameCode);
}
inline bool isChanged(const ThunkCell &Cell) {
  return !(Cell.Old & IsSameCode);
}

/// A place of a block is empty in front, as in Stubs.h.
constexpr unsigned ThunksPerBlock = 255;
void writeThunks(void *Block);
void *thunkAt(void *Block, unsigned Index);
ThunkCell *thunkCell(void *Block, unsigned Index);

/// Bytes of arguments on the stack that are kept, at most.
constexpr size_t MostStackBytes = 512;

/// One call, as it was when it reached the thunk. The assembly knows the
/// places.
struct alignas(64) CallRecord {
  uintptr_t Stack; // where the return address is
  void *Body;      // where the call went
  ThunkCell *Cell;
  uintptr_t Return;      // the return address
  uint64_t IsWhole;      // 1: everything is in it
  void *Target;          // where it goes again; set by who decides that
  uint64_t Integers[15]; // rax rcx rdx rbx rbp rsi rdi r8 … r15
  uint32_t Mxcsr;
  uint32_t ControlWord;   // of the x87 unit
  uint64_t Exceptions[2]; // __cxa_eh_globals
  uint64_t StackBytes;
  uint64_t Reserved;
  alignas(64) uint8_t Vectors[16][64];
  uint8_t StackCopy[MostStackBytes];
};
static_assert(offsetof(CallRecord, Integers) == 48 &&
              offsetof(CallRecord, Mxcsr) == 168 &&
              offsetof(CallRecord, Exceptions) == 176 &&
              offsetof(CallRecord, StackBytes) == 192 &&
              offsetof(CallRecord, Vectors) == 256 &&
              offsetof(CallRecord, StackCopy) == 1280 &&
              sizeof(CallRecord) == 1792);

/// The calls of one thread that may still be active, outermost first. A record
/// is dropped when a call begins at or above its place on the stack.
struct CallRecords {
  CallRecord *Top; // the next free one
  CallRecord *Begin, *End;
  uintptr_t StackLow, StackHigh; // of the thread's own stack
  uint64_t *Exceptions;          // __cxa_get_globals(), null: no C++
};
static_assert(offsetof(CallRecords, StackLow) == 24 &&
              offsetof(CallRecords, Exceptions) == 40);

extern "C" {
/// This thread's records; null until it meets its first thunk.
[[gnu::visibility("hidden"),
  gnu::tls_model("initial-exec")]] extern __thread CallRecords *HcrArchRecords;
/// Gives a thread its records; called with all registers saved.
[[gnu::visibility("hidden")]] extern CallRecords *(*HcrArchMakeRecords)(
    uintptr_t Stack);

/// Makes the call of a record again, at its Target. Entered by a jump with the
/// stack pointer at Record->Stack and the record in the first argument.
void hcrArchCallAgain(void);

/// Calls Function(Argument); 0. Whoever sets the stack pointer to what
/// guardStack() says and the frame pointer to what guardFrame() says, puts a
/// number into the register of the result and jumps to hcrArchGuardLanding
/// makes it return that number.
int hcrArchGuard(void (*Function)(void *), void *Argument);
void hcrArchGuardLanding(void);

/// Calls Function(Argument) on another stack, which ends at Top.
void hcrArchCallOn(void *Top, void (*Function)(void *), void *Argument);
}

/// From the frame address that the unwinder gives for hcrArchGuard's frame.
inline uintptr_t guardFrame(uintptr_t FrameAddress) {
  return FrameAddress - 16;
}
inline uintptr_t guardStack(uintptr_t FrameAddress) {
  return FrameAddress - 80;
}

} // namespace hcr::arch

#endif
