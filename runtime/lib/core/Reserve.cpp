// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A reload that has begun to commit cannot fail any more, so whatever its last
// steps need is taken before: memory when it begins, stubs when it is known
// which.
//
// Blocks that are asked for while the system has none come out of the reserve,
// which makes the reload one that is refused at its next check. None of them
// is asked for by a size that a file says: images lie in pages of their own.
#include "Transaction.h"

namespace hcr {

/// What the steps of a reload allocate at most: something for each reload, and
/// no more than its image's bytes for each function and variable (a row, a
/// name and code in the file; a symbol, its place in the tables and what it was
/// before here).
static constexpr uint64_t ForEachReload = 1 << 20, ForEachByte = 4;

static const char *const NoMemory =
    "there is no memory for a reload; ask again when there is some";

Error takeMemory(Runtime &R, const std::vector<Candidate> &Of) {
  uint64_t Size = ForEachReload;
  for (const Candidate &C : Of)
    Size += ForEachByte *
            (C.From.Announced ? C.From.Size : sys::identify(C.From.Path).Size);
  return R.ReserveMemory && !R.ReserveMemory(Size) ? Error(NoMemory) : Error();
}

Error checkMemory(Transaction &T) {
  if (!T.R.MemoryIsShort || !T.R.MemoryIsShort())
    return Error();
  T.Transient = true;
  T.Culprit = -1;
  return Error(NoMemory);
}

/// How many functions of a version that goes have no stable entry yet.
static size_t withoutEntry(const Version *V) {
  if (!V || V->Permanent || !V->Table)
    return 0;
  size_t Count = 0;
  for (const auto *List : {&V->Procs, &V->ProcImports})
    for (const ProcSymbol *S : *List)
      Count += S && !S->Entry;
  return Count;
}

Error takeStubs(Transaction &T) {
  size_t Entries = 0, Notices = 0;
  for (const Version *V : T.Versions)
    Entries += withoutEntry(V->Of->Current);
  for (const Module *M : T.Going)
    Entries += withoutEntry(M->Current);
  for (const ProcSymbol *S : T.Procs) {
    Entries += !S->Entry;
    Notices += S->goes() && !S->Notice;
  }
  if (T.R.Entries.reserve(Entries) && T.R.Removed.reserve(Notices))
    return Error();
  T.Transient = true;
  return Error(NoMemory);
}

} // namespace hcr
