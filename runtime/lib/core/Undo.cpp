// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What each step of a commit (Commit.cpp) becomes when it is taken back:
//
//   slots, addresses, pointers   what they held
//   the new versions' own slots  old bodies at once, then stable entries, as
//                                those of any version that is not current
//   functions that were added    like removed ones: a call is reported and runs
//                                the only body there is
//   functions that were removed  are there again, with the body that they had
//   new variables                like removed ones: their storage and the
//                                destructors registered for exit stay
//   removed variables            are there again; nothing of them was freed
//   vtable entries               what they held; added ones stay, their places
//                                mean the same for ever
//   values, initialised anew or  stay, but for what a snapshot holds
//   assigned
//   thread-locals, exit-time     stay with their image, which is pinned
//   functions
#include "Undo.h"

#include "Transaction.h"

#include "../sys/Memory.h"

#include <algorithm>

namespace hcr {

void Undo::store() const {
  for (const Store &S : Stores)
    storeCell(S.Where, S.What);
  for (const VtableStore &S : Vtables)
    sys::storeReadOnly(S.Where, S.What);
  Values.restore();
}

void Undo::forget(const Image *In, const sys::ObjectRange &Object) {
  auto IsInside = [&](const void *A) { return Object.holds(A); };
  auto IsGone = [&](const Store &S) {
    return IsInside(S.Where) || IsInside(S.What);
  };
  std::erase_if(Stores, IsGone);
  std::erase_if(Vtables, IsGone);
  Values.forget(Object);
  for (ProcBefore &B : Procs) {
    B.Slots.removeIf(IsInside);
    B.Addresses.removeIf(IsInside);
    if (!IsInside(B.Was.Body))
      continue;
    B.Was.Body = B.Entry = nullptr;
    B.Definer = nullptr;
    B.Count = 0;
    if (B.S->ThunkCell)
      arch::setOld(*B.S->ThunkCell, nullptr, true);
  }
  for (GlobalBefore &B : Globals) {
    B.Pointers.removeIf(IsInside);
    if (!IsInside(B.Was.Storage))
      continue;
    B.Was.Storage = nullptr;
    B.Was.Destroy = nullptr;
    B.Definer = nullptr;
    B.Count = 0;
  }
  std::erase_if(Modules, [&](const ModuleBefore &M) {
    return M.Before && M.Before->In == In;
  });
}

static void rememberProc(ProcSymbol &S, Undo &U) {
  ProcBefore B = {&S,   S.Definer,         S.Count, S,          S.Entry,
                  S.To, S.From != nullptr, {},      S.Addresses};
  if (S.To)
    B.Slots = S.Slots;
  U.Procs.push_back(std::move(B));
}

static void rememberGlobal(GlobalSymbol &S, Undo &U) {
  GlobalBefore B = {&S, S.Definer, S.Count, S, S.To, {}};
  if (S.To)
    B.Pointers = S.Pointers;
  U.Globals.push_back(std::move(B));
}

void remember(Transaction &T, Undo &U) {
  for (const Store &S : T.Stores)
    U.Stores.push_back({S.Where, loadCell(S.Where)});
  // Cells of the new versions have their new bodies already.
  for (const Store &S : T.OwnStores)
    U.Stores.push_back(S);
  U.Vtables = T.VtableBefore;
  for (ProcSymbol *S : T.Procs)
    rememberProc(*S, U);
  for (GlobalSymbol *S : T.Globals)
    rememberGlobal(*S, U);
  for (Version *V : T.Versions)
    U.Modules.push_back({V->Of, V->Of->Current, V});
  for (Module *M : T.Going)
    U.Modules.push_back({M, M->Current, nullptr});
  for (const Candidate &C : T.Candidates) {
    U.Images.push_back({C.From, C.Size, C.Hash, C.In});
    if (C.In)
      if (auto Range = sys::objectOf(C.In->Handle); Range.Begin)
        U.NewCode.push_back(Range);
  }
  for (const ModuleBefore &M : U.Modules)
    if (M.Before)
      M.Before->In->IsFormer = true;
}

static void moveCells(const Cells &Which, Cells &From, Cells &To) {
  Which.forEach([&](Cell C) {
    From.remove(C);
    To.add(C);
  });
}

static void takeBackProc(Runtime &R, const ProcBefore &B) {
  ProcSymbol &S = *B.S;
  S.Count = B.Count;
  if (!B.Was.Body && !B.WasFrom && S.Body) {
    // Added: who has its address may call it.
    void *Notice = noticeOf(R, S);
    S.Slots.forEach([&](Cell C) { storeCell(C, Notice); });
    S.Body = Notice;
    S.Addresses = B.Addresses;
    return;
  }
  if (B.To)
    moveCells(B.Slots, B.To->Slots, S.Slots);
  S.Definer = B.Definer;
  static_cast<BodyState &>(S) = B.Was;
  S.Entry = B.WasFrom && !S.Body ? nullptr : B.Entry ? B.Entry : S.Entry;
  S.Addresses = B.Addresses;
}

static void takeBackGlobal(const GlobalBefore &B) {
  GlobalSymbol &S = *B.S;
  S.Count = B.Count;
  if (!B.Was.Storage && S.Shape)
    return; // objects of a new class may exist, and have its vtable
  if (B.To)
    moveCells(B.Pointers, B.To->Pointers, S.Pointers);
  S.Definer = B.Definer;
  static_cast<VariableState &>(S) = B.Was;
}

static void enterImage(Runtime &R, Version &V) {
  if (V.In->Live++ || V.Permanent)
    return;
  --R.RetiredImages;
  R.RetiredBytes -= V.In->Size;
}

void takeBack(Runtime &R, Undo &U) {
  for (const ProcBefore &B : U.Procs)
    takeBackProc(R, B);
  for (const GlobalBefore &B : U.Globals)
    takeBackGlobal(B);
  std::vector<Store> Stores;
  for (const ModuleBefore &M : U.Modules) {
    if (M.After)
      retireCells(R, *M.After, Stores);
    if (M.Before && !M.Before->Permanent)
      listCells(*M.Before);
  }
  for (const Store &S : Stores)
    storeCell(S.Where, S.What);
  for (const ModuleBefore &M : U.Modules) {
    if (M.After)
      leaveImage(R, *M.After);
    if (M.Before) {
      enterImage(R, *M.Before);
      M.Before->In->IsFormer = false;
    }
    M.M->Current = M.Before;
    settleHandlers(R, *M.M, M.Before);
  }
  // Cells that came after the commit (a trampoline, a plugin's slot).
  for (const ProcBefore &B : U.Procs)
    if (ProcSymbol &S = *B.S; S.Body && !(S.Flags & HCR_PROC_THREAD_LOCAL))
      S.Slots.forEach([&](Cell C) { storeCell(C, S.Body); });
}

void keepCrashed(Transaction &T) {
  Runtime &R = T.R;
  sys::Guard G(R.Lock);
  revertVtables(T);
  R.Storage.insert(R.Storage.end(), T.NewStorage.begin(), T.NewStorage.end());
  T.NewStorage.clear();
  for (Candidate &C : T.Candidates)
    if (Module *M = R.Loaded.find(C.From.Module); M && C.In) {
      M->BadSize = C.Size;
      M->BadHash = C.Hash;
      C.In->Pinned = true;
      ++R.RetiredImages;
      R.RetiredBytes += C.In->Size;
      C.In = nullptr;
    }
}

void removeThunks(Undo &U) {
  for (ProcSymbol *S : U.Thunked)
    S->Slots.forEach([&](Cell C) {
      if (loadCell(C) == S->Thunk)
        storeCell(C, S->Body);
    });
  U.Thunked.clear();
}

} // namespace hcr
