// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scan.h"

namespace hcr {

Scan::Scan(Runtime &R, const void *StackTop) : R(R), StackTop(StackTop) {
  static const char InLibrary = 0;
  sys::ObjectRange Library = sys::objectAt(&InLibrary);
  exclude(Library);
  for (const sys::ObjectRange &Stack : sys::ownStacks())
    exclude(Stack);
  for (const sys::ObjectRange &Part : sys::relocatedConstants())
    if (!Library.holds(Part.Begin))
      ReadOnly.push_back(Part);
  Words.resize(sys::MemoryReader::PieceSize / sizeof(uintptr_t));
}

std::string Scan::whyNot() {
  if (!R.OwnMemory)
    return "memory cannot be told apart under a sanitizer";
  if (!Maps || !Memory)
    return "/proc/self cannot be read";
  // Also what nobody touched has to be stepped over; sanitizers map terabytes.
  constexpr uintptr_t Most = uintptr_t(1) << 38;
  uintptr_t Sum = 0;
  Maps.restart();
  for (sys::Mapping M; Maps.next(M);)
    if (M.Reads && M.Writes)
      Sum += M.End - M.Begin;
  if (Sum > Most)
    return "more memory is mapped than can be looked at (a sanitizer?)";
  return {};
}

/// The first range that ends behind At and does not count.
sys::ObjectRange Scan::nextExcluded(uintptr_t At) const {
  auto *Address = reinterpret_cast<const char *>(At);
  sys::ObjectRange First = R.OwnMemory(Address);
  for (const sys::ObjectRange &Range : Excluded)
    if (Range.End > Address && (!First.End || Range.Begin < First.Begin))
      First = Range;
  return First;
}

uintptr_t Scan::firstStack(const sys::Mapping &M) const {
  uintptr_t Start = Threads.stackStart(M.Begin, M.End), Own = ownStack();
  if (Own >= M.Begin && Own < M.End && (!Start || Own < Start))
    Start = Own;
  return Start;
}

} // namespace hcr
