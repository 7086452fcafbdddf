// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weak definitions of functions: one name, several definitions, of which the
// linker took a strong one or else the first.
//
// A reload keeps to that choice: a changed weak body that lost goes on being
// nobody's, a strong definition that an edit adds takes over all callers, and
// when it is removed again a weak one is what they call. The linker's choice
// is read before anything is bound, from the pointer that the linker filled;
// where it is neither of the tables' definitions (an object without HCR, the C
// library) it stays.
#include "Transaction.h"

#include <algorithm>

namespace hcr {

static void *linkersChoice(const HcrProc &P) {
  Cell Address = cellOf(P.Address);
  return Address ? loadCell(Address) : nullptr;
}

void indexWeak(Runtime &, Module &M, const HcrProc &P, ProcSymbol &S) {
  S.HasWeak = true;
  void *Chosen = linkersChoice(P);
  bool IsMine = Chosen == follow(P.Entry);
  if (!S.Body || S.Body == S.Notice) {
    S.Definer = &M;
    S.Body = IsMine ? follow(P.Body) : Chosen;
    S.BodyHash = IsMine ? P.BodyHash : 0;
    S.Flags = P.Flags;
    S.Is = IsMine ? Strength::Weak : Strength::Foreign;
    S.Slots.forEach([&](Cell C) { storeCell(C, S.Body); });
  }
  if (!S.Entry)
    S.Entry = Chosen;
  if (Cell Slot = cellOf(P.Slot); IsMine && Slot)
    S.Slots.addOnce(Slot);
}

/// The module's weak definition of a symbol, null if it has none.
static const HcrProc *weakIn(const Version *V, const ProcSymbol &S) {
  if (!V || !V->Table)
    return nullptr;
  for (const HcrProc &P : procsOf(*V->Table))
    if ((P.Flags & HCR_PROC_WEAK_DEFINITION) && nameOf(P.Name) == S.Name &&
        ownerFor(P.Flags, *V->Of) == S.Of &&
        callTypeOf(P).matches(S.callType()))
      return &P;
  return nullptr;
}

static void choose(ProcSymbol &S, const Version &V, const HcrProc &P) {
  // Objects of module binding that the system loaded: the linker has chosen.
  bool IsFirst = V.Permanent && !V.isHost() && V.Of->Next == &V;
  void *Chosen = IsFirst ? linkersChoice(P) : nullptr;
  bool IsForeign = IsFirst && Chosen != follow(P.Entry);
  S.NextDefiner = V.Of;
  S.NextBody = IsForeign ? Chosen : follow(P.Body);
  S.NextHash = IsForeign ? 0 : P.BodyHash;
  S.NextIs = IsForeign ? Strength::Foreign : Strength::Weak;
  S.Flags = P.Flags;
  if (IsFirst && !S.Entry)
    S.Entry = Chosen;
}

/// Prefers the module that has it already, then the first that was linked.
static void chooseFor(Transaction &T, ProcSymbol &S) {
  const Version *Mine = S.Definer ? versionNext(T, *S.Definer) : nullptr;
  if (S.Is == Strength::Weak && S.defined())
    if (const HcrProc *P = weakIn(Mine, S))
      return choose(S, *Mine, *P);
  for (const auto &M : T.R.Loaded.All) {
    const Version *V = versionNext(T, *M);
    if (const HcrProc *P = weakIn(V, S))
      return choose(S, *V, *P);
  }
}

void chooseWeak(Transaction &T) {
  for (ProcSymbol *S : T.Procs) {
    if (!S->HasWeak || S->NextDefiner)
      continue;
    bool Stays = S->defined() && S->Is != Strength::Weak &&
                 versionNext(T, *S->Definer) == S->Definer->Current;
    if (!Stays && !(S->defined() && S->Is == Strength::Foreign))
      chooseFor(T, *S);
  }
}

} // namespace hcr
