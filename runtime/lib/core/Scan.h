// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The process held still, and its memory looked at word by word.
//
// The compiler does not tell where addresses are, so every word of writable
// memory, of stacks and of registers may be one (registers of held threads lie
// on their stacks, those of this thread where its caller saved them). What does
// not count: the runtime's own memory and stacks, and what the user of the scan
// excludes.
#ifndef HCR_CORE_SCAN_H
#define HCR_CORE_SCAN_H

#include "Runtime.h"

#include "../sys/Memory.h"
#include "../sys/Threads.h"

namespace hcr {

class Scan {
public:
  /// Of the calling thread what lies above \p StackTop counts; null: nothing
  /// of it does, because it is a thread of the runtime.
  Scan(Runtime &R, const void *StackTop);

  /// Why nobody can look; empty: somebody can.
  std::string whyNot();
  void exclude(sys::ObjectRange Range) { Excluded.push_back(Range); }

  /// Holds the other threads. From here to release() nothing may be allocated
  /// and no lock taken that another thread may have.
  bool hold(std::string &Why) { return Threads.hold(Why); }
  void release() { Threads.release(); }

  /// Calls Look(Word, At) for each word of writable memory that counts.
  template <class Function> void memory(Function Look) {
    Maps.restart();
    for (sys::Mapping M; Maps.next(M);)
      if (M.Reads && M.Writes)
        mapping(M, Look);
  }

  /// The same for the writable memory in one range, excluded or not.
  template <class Function>
  void range(const sys::ObjectRange &Range, Function Look) {
    auto Begin = reinterpret_cast<uintptr_t>(Range.Begin),
         End = reinterpret_cast<uintptr_t>(Range.End);
    Maps.restart();
    for (sys::Mapping M; Maps.next(M);)
      if (M.Reads && M.Writes && M.Begin < End && M.End > Begin)
        words(std::max(M.Begin, Begin), std::min(M.End, End), Look);
  }

  /// Calls Look(Word, At) for each word of the stacks and registers.
  template <class Function> void stacks(Function Look) {
    Maps.restart();
    for (sys::Mapping M; Maps.next(M);) {
      uintptr_t Start = M.Reads && M.Writes ? firstStack(M) : 0;
      if (Start)
        words(Start, M.End, Look);
    }
  }

  /// Calls Look(Word, At) for each word of constants that hold addresses.
  template <class Function> void readOnlyData(Function Look) {
    for (const sys::ObjectRange &Part : ReadOnly)
      words(reinterpret_cast<uintptr_t>(Part.Begin) & ~uintptr_t(7),
            reinterpret_cast<uintptr_t>(Part.End), Look);
  }

  /// The thread on whose stack, which stacks() went over, \p At lies.
  int threadAt(uintptr_t At) { return Threads.threadAt(At, ownStack()); }

private:
  /// Where the lowest stack in use in \p M begins; 0: there is none.
  uintptr_t firstStack(const sys::Mapping &M) const;
  sys::ObjectRange nextExcluded(uintptr_t At) const;
  uintptr_t ownStack() const { return reinterpret_cast<uintptr_t>(StackTop); }

  template <class Function>
  void words(uintptr_t Begin, uintptr_t End, Function Look) {
    while (Begin < End) {
      size_t Count = Memory.read(Begin, End, Words.data());
      uintptr_t First = Begin - Count * sizeof(uintptr_t);
      for (size_t I = 0; I < Count; ++I)
        Look(Words[I], First + I * sizeof(uintptr_t));
    }
  }

  /// The kernel makes one mapping of neighbours that are alike, so what does
  /// not count is cut out of it.
  template <class Function> void mapping(const sys::Mapping &M, Function Look) {
    uintptr_t Start = firstStack(M), At = Start ? Start : M.Begin;
    while (At < M.End) {
      sys::ObjectRange Hole = nextExcluded(At);
      auto Begin = reinterpret_cast<uintptr_t>(Hole.Begin);
      if (!Hole.End || Begin >= M.End)
        return words(At, M.End, Look);
      if (Begin > At)
        words(At, Begin, Look);
      At = reinterpret_cast<uintptr_t>(Hole.End);
    }
  }

  Runtime &R;
  const void *StackTop;
  sys::Mappings Maps;
  sys::MemoryReader Memory;
  sys::HeldThreads Threads;
  std::vector<sys::ObjectRange> Excluded, ReadOnly;
  std::vector<uintptr_t> Words;
};

} // namespace hcr

#endif
