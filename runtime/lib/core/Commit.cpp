// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The moment at which old code begins to call new code.
//
//   before   slot of F in every live image:  body 1
//   after    the same slot:                  body 2
//
// One aligned 8-byte store with release order for each slot, in any order: a
// thread sees the old or the new body, both whole, and the data that the new
// one needs was written before. Threads are not stopped.
//
// Slots of the version that is replaced are taken out of the lists and point
// to stable entries from now on: frames that still run in it reach the newest
// bodies too, and the hundredth reload has no more to store than the first.
#include "Transaction.h"

#include <unordered_set>

namespace hcr {

static bool isRetiring(const Version *V) { return V && !V->Permanent; }

namespace {
/// Cells of versions that will not be current any more.
using Retiring = std::unordered_set<Cell>;
} // namespace

/// A slot of a version that is not current leads to the stable entry.
static void retireSlot(Runtime &R, std::vector<Store> &Stores, ProcSymbol &S,
                       Cell Slot) {
  if (S.Flags & HCR_PROC_THREAD_LOCAL)
    return; // an accessor has no stable entry, and hardly ever changes
  if (S.Definer || S.NextDefiner)
    Stores.push_back({Slot, entryOf(R, S)});
}

/// Calls OnSlot(ProcSymbol &, Cell), OnAddress(ProcSymbol &, Cell) and
/// OnPointer(GlobalSymbol &, Cell) for the cells of a version that are bound.
template <class Slot, class Address, class Pointer>
static void forEachCell(const Version &V, Slot OnSlot, Address OnAddress,
                        Pointer OnPointer) {
  if (!V.Table)
    return;
  auto Call = [](auto &Function, auto *S, const HcrRel &Field) {
    if (Cell C = cellOf(Field); C && S)
      Function(*S, C);
  };
  auto Procs = procsOf(*V.Table);
  for (size_t I = 0; I < Procs.size(); ++I)
    Call(OnSlot, V.Procs[I], Procs[I].Slot);
  auto Imports = procImportsOf(*V.Table);
  for (size_t I = 0; I < Imports.size(); ++I) {
    Call(OnSlot, V.ProcImports[I], Imports[I].Slot);
    Call(OnAddress, V.ProcImports[I], Imports[I].Address);
  }
  auto Globals = globalsOf(*V.Table);
  for (size_t I = 0; I < Globals.size(); ++I)
    Call(OnPointer, V.Globals[I], Globals[I].Pointer);
  auto GlobalImports = globalImportsOf(*V.Table);
  for (size_t I = 0; I < GlobalImports.size(); ++I)
    Call(OnPointer, V.GlobalImports[I], GlobalImports[I].Pointer);
}

/// Lists what slots of a version that is not current hold.
static void retire(Runtime &R, const Version &Old, std::vector<Store> &Stores,
                   Retiring &Out) {
  auto Note = [&](auto &, Cell C) { Out.insert(C); };
  forEachCell(
      Old,
      [&](ProcSymbol &S, Cell Slot) {
        Out.insert(Slot);
        retireSlot(R, Stores, S, Slot);
      },
      Note, Note);
}

/// Takes the cells of a version out of the lists.
static void unlist(const Version &Old) {
  forEachCell(
      Old, [](ProcSymbol &S, Cell C) { S.Slots.remove(C); },
      [](ProcSymbol &S, Cell C) { S.Addresses.remove(C); },
      [](GlobalSymbol &S, Cell C) { S.Pointers.remove(C); });
}

void retireCells(Runtime &R, Version &Old, std::vector<Store> &Stores) {
  Retiring Cells;
  retire(R, Old, Stores, Cells);
  unlist(Old);
}

template <class Function>
static void forEachRetiring(const Transaction &T, Function F) {
  for (Version *V : T.Versions)
    if (isRetiring(V->Of->Current))
      F(*V->Of->Current);
  for (Module *M : T.Going)
    if (isRetiring(M->Current))
      F(*M->Current);
}

/// A definition of the same name with another signature takes over the name,
/// not the callers.
static bool isSuperseded(Runtime &R, const ProcSymbol &S) {
  for (ProcSymbol *Other = R.Procs.find(S.Of, S.Name); Other;
       Other = Other->Next)
    if (Other != &S && Other->definedNext())
      return true;
  return false;
}

static bool hasNewBody(const ProcSymbol &S) {
  return S.NextDefiner && S.NextBody && S.NextBody != S.Body &&
         !(S.Flags & (HCR_PROC_THREAD_LOCAL | HCR_PROC_DIRECT));
}

static bool isChanged(const ProcSymbol &S) {
  return S.NextHash != (S.From ? S.From : &S)->BodyHash;
}

/// The body that a crash of the new one goes back to; null: there is none.
static void *bodyBefore(const ProcSymbol &S) {
  const ProcSymbol &Was = S.From ? *S.From : S;
  bool HasBoth = hasNewBody(S) && Was.Body && Was.Body != Was.Notice;
  return HasBoth ? Was.Body : nullptr;
}

/// Entry thunks stand before new bodies of functions that had another one.
/// Crash.cpp says what those that did not change are for.
static void prepareThunk(Transaction &T, ProcSymbol &S) {
  void *Before = bodyBefore(S);
  if (!T.HasThunks || !Before)
    return;
  if (!S.Thunk)
    S.Thunk = T.R.EntryThunks.make(S.ThunkCell);
  if (!S.Thunk)
    return; // no memory: it runs without a way back
  arch::setOld(*S.ThunkCell, Before, isChanged(S));
  __atomic_store_n(&S.ThunkCell->Body, S.NextBody, __ATOMIC_RELEASE);
  T.Back->Thunked.push_back(&S);
  S.IsThunked = true;
}

/// What its slots get.
static void *targetOf(const ProcSymbol &S) {
  return S.IsThunked ? S.Thunk : S.NextBody;
}

/// The new versions call each other, and themselves, through slots of their own
/// that were bound before the commit.
static void prepareOwn(Transaction &T, const ProcSymbol &S, Cell Slot) {
  if (void *Before = bodyBefore(S))
    T.OwnStores.push_back({Slot, Before});
  if (S.IsThunked)
    T.Stores.push_back({Slot, S.Thunk});
}

static void prepareThunks(Transaction &T) {
  for (ProcSymbol *S : T.Procs)
    prepareThunk(T, *S);
  auto Ignore = [](auto &, Cell) {};
  for (Version *V : T.Versions)
    forEachCell(
        *V, [&](ProcSymbol &S, Cell Slot) { prepareOwn(T, S, Slot); }, Ignore,
        Ignore);
}

/// What slots of a symbol hold from now on; null: what they hold.
static void *nextTarget(Transaction &T, ProcSymbol &S) {
  if (S.NextDefiner)
    return S.NextBody != S.Body ? targetOf(S) : nullptr;
  if (S.To)
    return targetOf(*S.To);
  if (!S.goes() || (S.Flags & (HCR_PROC_THREAD_LOCAL | HCR_PROC_DIRECT)))
    return nullptr;
  T.Superseded.push_back(&S);
  return isSuperseded(T.R, S) ? nullptr : noticeOf(T.R, S);
}

static void prepareProc(Transaction &T, ProcSymbol &S, const Retiring &Old) {
  void *Target = nextTarget(T, S);
  if (!Target)
    return;
  S.Slots.forEach([&](Cell C) {
    if (!Old.contains(C))
      T.Stores.push_back({C, Target});
  });
  if (!S.NextDefiner && !S.To)
    S.NextBody = Target; // the notice
  if (S.Addresses.size()) {
    void *Entry = entryOf(T.R, S);
    S.Addresses.forEach([&](Cell C) {
      if (!Old.contains(C))
        T.Stores.push_back({C, Entry});
    });
  }
}

static void prepareGlobal(Transaction &T, GlobalSymbol &S,
                          const Retiring &Old) {
  void *Next = S.To ? nullptr : S.NextDefiner ? S.Staged.Storage : nullptr;
  if (Next && Next != S.Storage)
    S.Pointers.forEach([&](Cell C) {
      if (!Old.contains(C))
        T.Stores.push_back({C, Next});
    });
}

void prepareStores(Transaction &T) {
  T.Stores.clear();
  T.Superseded.clear();
  if (T.Back)
    prepareThunks(T);
  Retiring Old;
  forEachRetiring(T, [&](const Version &V) { retire(T.R, V, T.Stores, Old); });
  for (ProcSymbol *S : T.Procs)
    prepareProc(T, *S, Old);
  for (GlobalSymbol *S : T.Globals)
    prepareGlobal(T, *S, Old);
}

void commit(Transaction &T) {
  for (const Store &S : T.Stores)
    storeCell(S.Where, S.What);
}

template <class Symbol> static void settleCount(Symbol &S) {
  S.Count = S.countNext();
  S.Adds = S.Drops = 0;
  S.Touched = false;
  if (S.NextDefiner)
    S.Definer = S.NextDefiner;
  S.NextDefiner = nullptr;
}

static void settleProc(ProcSymbol &S) {
  if (S.To) {
    // Its slots follow the symbol that carries the function now.
    S.Slots.forEach([&](Cell C) { S.To->Slots.add(C); });
    S.Slots.clear();
    S.Entry = nullptr;
    S.Body = nullptr;
    S.Definer = nullptr;
  } else if (S.NextBody) {
    S.Body = S.NextBody;
    if (S.NextDefiner) {
      S.BodyHash = S.NextHash;
      S.Is = S.NextIs;
      S.Type = S.NextType;
    }
    S.Addresses.clear();
  } else if (S.NextDefiner && !S.Definer) {
    S.BodyHash = S.NextHash; // a direct one, new in the program
  }
  S.NextBody = nullptr;
  S.From = S.To = nullptr;
  S.IsThunked = false;
  settleCount(S);
}

static void settleGlobal(GlobalSymbol &S) {
  if (S.To) {
    S.Pointers.forEach([&](Cell C) { S.To->Pointers.add(C); });
    S.Pointers.clear();
  }
  if (S.NextDefiner) {
    static_cast<VariableState &>(S) = S.Staged;
  } else if (S.goes() && !S.Shape) {
    // Forgotten, not freed: a frame of old code may still use it. Its
    // destructor runs at exit, as it was registered.
    S.Storage = nullptr;
    S.Destroy = nullptr;
    S.Lost = false;
  }
  S.Staged = {};
  S.From = S.To = nullptr;
  settleCount(S);
}

void listCells(Version &V) {
  forEachCell(
      V, [](ProcSymbol &S, Cell C) { S.Slots.add(C); },
      [](ProcSymbol &S, Cell C) {
        if (!S.Body)
          S.Addresses.add(C);
      },
      [](GlobalSymbol &S, Cell C) { S.Pointers.add(C); });
}

/// What exit-time functions are registered with is known to libc alone.
static void pinDestructors(Version &V) {
  if (!V.Table)
    return;
  auto Globals = globalsOf(*V.Table);
  for (size_t I = 0; I < Globals.size(); ++I)
    V.In->Pinned |= Globals[I].Destroy && !V.Lived[I];
}

void leaveImage(Runtime &R, Version &Old) {
  if (--Old.In->Live || Old.Permanent)
    return;
  ++R.RetiredImages;
  R.RetiredBytes += Old.In->Size;
  R.Trace("image %s retired", Old.In->Path.c_str());
}

void settleHandlers(Runtime &R, Module &M, const Version *Now) {
  std::erase(R.WithHandlers, &M);
  if (Now && Now->Table && Now->Table->HandlerCount)
    R.WithHandlers.push_back(&M);
}

void settle(Transaction &T, intptr_t Generation) {
  Runtime &R = T.R;
  forEachRetiring(T, [](const Version &V) { unlist(V); });
  R.Storage.insert(R.Storage.end(), T.NewStorage.begin(), T.NewStorage.end());
  for (ProcSymbol *S : T.Procs)
    settleProc(*S);
  for (GlobalSymbol *S : T.Globals)
    settleGlobal(*S);
  settleVtables(T);
  for (Version *V : T.Versions) {
    listCells(*V);
    pinDestructors(*V);
    Module &M = *V->Of;
    if (M.Current)
      leaveImage(R, *M.Current);
    M.Current = V;
    M.Next = nullptr;
    M.BadSize = M.BadHash = 0;
    V->Generation = Generation;
    ++V->In->Live;
    settleHandlers(R, M, V);
  }
  for (Module *M : T.Going) {
    if (M->Current)
      leaveImage(R, *M->Current);
    M->Current = nullptr;
    settleHandlers(R, *M, nullptr);
  }
}

} // namespace hcr
