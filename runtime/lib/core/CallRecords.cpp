// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What each thread has for the time of crashes: records of its calls and a
// stack for signal handlers, so that endless recursion is survived, too.
//
// Made when the thread meets its first entry thunk, by system calls alone: that
// may be in a signal handler, or inside the program's malloc. Pages that are
// not touched are not there. Given back when the thread has ended.
#include "Rollback.h"

#include "../arch/Records.h"
#include "../sys/Memory.h"
#include "../sys/Threads.h"

#include <cerrno>
#include <new>

namespace hcr {

namespace {

constexpr size_t RecordCount = 256;
constexpr size_t SignalStack = 64 * 1024;

struct ThreadBlock {
  arch::CallRecords Head;
  int Thread;
  ThreadBlock *Next;
  alignas(64) arch::CallRecord Records[RecordCount];
  alignas(64) char Stack[SignalStack];
};

/// Newest first; pushed by any thread, taken out under CrashesHeld.
std::atomic<ThreadBlock *> Blocks;

/// For a thread that there is no memory for: full from the beginning.
arch::CallRecords NoRecords;

} // namespace

static uint64_t *exceptionsOfThread() {
  using GlobalsFn = uint64_t *(*)();
  static auto Globals = reinterpret_cast<GlobalsFn>(
      sys::findSymbol(nullptr, "__cxa_get_globals"));
  return Globals ? Globals() : nullptr;
}

static arch::CallRecords *makeRecords(uintptr_t Stack) {
  int Error = errno;
  auto *B = static_cast<ThreadBlock *>(sys::allocatePages(sizeof(ThreadBlock)));
  if (!B) {
    errno = Error;
    return arch::HcrArchRecords = &NoRecords;
  }
  B->Head.Top = B->Head.Begin = B->Records;
  B->Head.End = B->Records + RecordCount;
  B->Head.Exceptions = exceptionsOfThread();
  if (sys::Mapping M; sys::mappingAt(Stack, M)) {
    B->Head.StackLow = M.Begin;
    B->Head.StackHigh = M.End;
  }
  B->Thread = sys::currentThread();
  sys::giveSignalStack(B->Stack, sizeof(B->Stack));
  B->Next = Blocks.load();
  while (!Blocks.compare_exchange_weak(B->Next, B))
    ;
  arch::HcrArchRecords = &B->Head;
  errno = Error;
  return &B->Head;
}

void prepareThread() {
  exceptionsOfThread(); // looks it up where that is allowed
  arch::HcrArchMakeRecords = makeRecords;
  if (!arch::HcrArchRecords)
    makeRecords(reinterpret_cast<uintptr_t>(__builtin_frame_address(0)));
}

void adoptRecords() {
  for (ThreadBlock *B = Blocks; B; B = B->Next)
    if (&B->Head == arch::HcrArchRecords)
      B->Thread = sys::currentThread();
}

void releaseEndedThreads() {
  // The first one stays: another thread may be pushing in front of it.
  ThreadBlock *Before = Blocks.load();
  while (Before && Before->Next) {
    ThreadBlock *B = Before->Next;
    if (sys::threadLives(B->Thread)) {
      Before = B;
      continue;
    }
    Before->Next = B->Next;
    sys::releasePages(B, sizeof(ThreadBlock));
  }
}

CaughtExceptions::CaughtExceptions() : Where(exceptionsOfThread()), Kept{} {
  if (Where) {
    Kept[0] = Where[0];
    Kept[1] = Where[1];
  }
}

void CaughtExceptions::restore() const {
  if (Where) {
    Where[0] = Kept[0];
    Where[1] = Kept[1];
  }
}

} // namespace hcr
