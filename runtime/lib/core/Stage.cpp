// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The check: what will each symbol be once the new versions are current, and
// is anything missing? Only fields of symbols that start with Next, and Adds
// and Drops, are written; abandon() resets them.
#include "Transaction.h"

#include <algorithm>
#include <cinttypes>

namespace hcr {

static void touch(Transaction &T, ProcSymbol &S) {
  if (!S.Touched)
    T.Procs.push_back(&S);
  S.Touched = true;
}

static void touch(Transaction &T, GlobalSymbol &S) {
  if (!S.Touched)
    T.Globals.push_back(&S);
  S.Touched = true;
}

/// The version that is current stops defining what it defines.
static void stageDrops(Transaction &T, Module &M) {
  Version *Old = M.Current;
  if (!Old)
    return;
  auto DropProc = [&](ProcSymbol *S) {
    if (!S)
      return;
    touch(T, *S);
    if (S->Drops < S->Count + S->Adds)
      ++S->Drops;
  };
  auto DropGlobal = [&](GlobalSymbol *S) {
    if (!S)
      return;
    touch(T, *S);
    if (S->Drops < S->Count + S->Adds)
      ++S->Drops;
  };
  if (!Old->isHost()) {
    for (ProcSymbol *S : Old->Procs)
      DropProc(S);
    for (GlobalSymbol *S : Old->Globals)
      DropGlobal(S);
    return;
  }
  for (const HcrProc &P : procsOf(*Old->Table))
    DropProc(
        T.R.Procs.find(ownerFor(P.Flags, M), nameOf(P.Name), callTypeOf(P)));
  for (const HcrGlobal &G : globalsOf(*Old->Table))
    DropGlobal(T.R.Globals.find(ownerFor(G.Flags, M), nameOf(G.Name)));
}

void stageGoing(Transaction &T, Module &M) {
  if (std::find(T.Going.begin(), T.Going.end(), &M) != T.Going.end())
    return; // its source was removed, and nobody imports it any more
  T.Going.push_back(&M);
  stageDrops(T, M);
}

const Version *versionNext(const Transaction &T, const Module &M) {
  if (M.Next)
    return M.Next;
  bool Goes = std::find(T.Going.begin(), T.Going.end(), &M) != T.Going.end();
  return Goes ? nullptr : M.Current;
}

static void stageProc(Transaction &T, Version &V, const HcrProc &P) {
  ProcSymbol &S = *T.R.Procs.findOrMake(ownerFor(P.Flags, *V.Of),
                                        nameOf(P.Name), callTypeOf(P));
  touch(T, S);
  ++S.Adds;
  V.Procs.push_back(&S);
  if (P.Flags & HCR_PROC_WEAK_DEFINITION) {
    S.HasWeak = true;
    return; // chooseWeak() decides
  }
  S.NextDefiner = V.Of;
  S.NextIs = Strength::Strong;
  S.NextHash = P.BodyHash;
  S.NextType = P.Type;
  // A thread-local's accessor is that of the first image for ever: every
  // thread's value lies in that image's block.
  // What is direct is called without a slot, so all keep calling one body.
  constexpr uint32_t FirstStays = HCR_PROC_THREAD_LOCAL | HCR_PROC_DIRECT;
  bool Kept = (P.Flags & S.Flags & FirstStays) && S.Body && S.defined();
  S.NextBody = Kept ? S.Body : follow(P.Body);
  if ((P.Flags & FirstStays) && !Kept && S.NextBody)
    V.In->Pinned = true;
  S.Flags = P.Flags;
  if ((V.Permanent || (P.Flags & HCR_PROC_DIRECT)) && !S.Entry)
    S.Entry = follow(P.Entry);
}

/// A variable that has a value keeps it, if it still fits.
static Error keepStorage(Transaction &T, Version &V, const HcrGlobal &G,
                         GlobalSymbol &S, const GlobalSymbol &Before) {
  const HcrType *Type = typeOf(T, V, G);
  // What this version does not tell is as it was.
  S.Staged.Layout = G.Layout ? G.Layout : Before.Layout;
  S.Staged.Type = Type ? Type : Before.Type;
  if (G.Size != Before.Size || layoutsDiffer(G, Type, Before))
    return stageMigration(T, V, G, S, Before);
  stageValue(T, V, G, Before);
  S.Staged.Storage = Before.Storage;
  return Error();
}

static bool isLiveVariable(const GlobalSymbol *S) {
  return S && S->defined() && S->Storage &&
         !(S->Flags & (HCR_GLOBAL_CONSTANT | HCR_GLOBAL_ALIAS));
}

/// A weak or tentative definition beside an ordinary one of another module is
/// only a reference.
static bool givesWay(const Version &V, const HcrGlobal &G,
                     const GlobalSymbol &S) {
  if (!(G.Flags & HCR_GLOBAL_INLINE))
    return false;
  if (S.NextDefiner && S.NextDefiner != V.Of)
    return !(S.Staged.Flags & HCR_GLOBAL_INLINE);
  return S.Count > S.Drops && S.Storage && S.Definer != V.Of &&
         !(S.Flags & HCR_GLOBAL_INLINE);
}

/// A variable that this module had under another scope (`static` was added or
/// taken away) is the same variable.
static GlobalSymbol *otherScope(Transaction &T, const Version &V,
                                const HcrGlobal &G) {
  Owner Mine = ownerFor(G.Flags, *V.Of);
  for (Owner Of : {static_cast<Owner>(V.Of), static_cast<Owner>(V.Of->Host),
                   static_cast<Owner>(nullptr)}) {
    GlobalSymbol *S =
        Of == Mine ? nullptr : T.R.Globals.find(Of, nameOf(G.Name));
    if (isLiveVariable(S) && S->Definer == V.Of && S->goes() && !S->To)
      return S;
  }
  return nullptr;
}

static Error newStorage(Transaction &T, Version &V, const HcrGlobal &G,
                        GlobalSymbol &S) {
  if (V.Permanent && G.Initial) {
    S.Staged.Storage = follow(G.Initial);
    return Error();
  }
  S.Staged.Storage = allocateStorage(G.Size, G.Align);
  T.Transient |= !S.Staged.Storage;
  if (!S.Staged.Storage)
    return Error(
        format("%s: no memory for the variable '%s' (%" PRIu64 " bytes)",
               V.Of->Name.c_str(), demangle(nameOf(G.Name)).c_str(), G.Size));
  T.NewStorage.emplace_back(S.Staged.Storage, G.Size);
  return Error();
}

static Error stageGlobal(Transaction &T, Version &V, const HcrGlobal &G) {
  GlobalSymbol &S =
      *T.R.Globals.findOrMake(ownerFor(G.Flags, *V.Of), nameOf(G.Name), 0);
  touch(T, S);
  ++S.Adds;
  V.Globals.push_back(&S);
  V.Lived.push_back(true); // set right below
  if (givesWay(V, G, S))
    return Error();
  if (G.Flags & HCR_GLOBAL_THREAD_LOCAL)
    return stageThreadLocal(T, V, G, S);
  if (G.Flags & HCR_GLOBAL_ALIAS)
    return stageAlias(T, V, G, S);
  if (G.Flags & HCR_GLOBAL_DIRECT)
    return stageDirect(T, V, G, S);
  bool StagedBefore = S.NextDefiner != nullptr;
  bool Constant = G.Flags & HCR_GLOBAL_CONSTANT;
  bool Lived = false;
  Error E;
  if (!StagedBefore) {
    S.Staged.Layout = G.Layout;
    S.Staged.Type = typeOf(T, V, G);
  }
  if (Constant && G.Virtuals && (S.Shape || StagedBefore)) {
    // A vtable is one for all objects, also of classes that are new here.
    if (S.Shape) {
      E = stageVtable(T, V, G, S);
      S.Staged.Storage = S.Storage;
    }
  } else if (Constant) {
    bool Same = S.defined() && S.Storage && (S.Flags & HCR_GLOBAL_CONSTANT) &&
                S.InitialHash == G.InitialHash && S.Size == G.Size;
    if (Same)
      S.Staged.Storage = S.Storage;
    else if (!(G.Flags & HCR_GLOBAL_INLINE))
      S.Staged.Storage = follow(G.Initial);
    else if (!StagedBefore || S.Staged.InitialHash != G.InitialHash)
      S.Staged.Storage = loadCell(cellOf(G.Pointer));
  } else if (StagedBefore && !(S.Staged.Flags & HCR_GLOBAL_CONSTANT)) {
    // Another new image defines the same inline variable: one storage.
    Lived = true;
    if (G.Size != S.Staged.Size)
      E = sizeChanged(V, G, S.Staged.Size, S.Staged.Type, typeOf(T, V, G));
  } else if (isLiveVariable(&S)) {
    Lived = true;
    E = keepStorage(T, V, G, S, S);
  } else if (GlobalSymbol *From = otherScope(T, V, G)) {
    Lived = true;
    S.From = From;
    From->To = &S;
    E = keepStorage(T, V, G, S, *From);
  } else {
    E = newStorage(T, V, G, S);
  }
  S.NextDefiner = V.Of;
  S.Staged.Size = G.Size;
  S.Staged.InitialHash = G.InitialHash;
  S.Staged.Flags = G.Flags;
  S.Staged.Destroy = follow<void()>(G.Destroy);
  if (!S.Staged.Destroy && Lived)
    S.Staged.Destroy = (S.From ? S.From : &S)->Destroy;
  V.Lived.back() = Lived || Constant;
  return E;
}

Error stageVersion(Transaction &T, Version &V) {
  stageDrops(T, *V.Of);
  if (!V.Table)
    return Error();
  for (const HcrProc &P : procsOf(*V.Table))
    stageProc(T, V, P);
  Error First;
  for (const HcrGlobal &G : globalsOf(*V.Table))
    if (Error E = stageGlobal(T, V, G); E && !First)
      First = E;
  return First;
}

void joinMoved(Transaction &T, Version &V) {
  for (ProcSymbol *S : V.Procs) {
    if (S->Body || S->From)
      continue;
    for (Owner Of : {static_cast<Owner>(V.Of), static_cast<Owner>(V.Of->Host),
                     static_cast<Owner>(nullptr)}) {
      ProcSymbol *Old = Of == S->Of
                            ? nullptr
                            : T.R.Procs.find(Of, S->Name, S->callTypeNext());
      if (Old && Old->Definer == V.Of && Old->goes() && !Old->To) {
        S->From = Old;
        Old->To = S;
        if (!S->Entry)
          S->Entry = entryOf(T.R, *Old);
        break;
      }
    }
  }
}

static Error undefined(const Version &V, const HcrProcImport &I,
                       const ProcLookup &L) {
  std::string_view Symbol = nameOf(I.Name);
  if ((I.Flags & HCR_PROC_THREAD_LOCAL) && Symbol.ends_with(".tls"))
    Symbol.remove_suffix(4); // its accessor's name
  std::string Name = demangle(Symbol);
  const char *Module = V.Of->Name.c_str();
  if (L.Mismatch)
    return Error(format(
        "%s: calls '%s' with another signature than %s defines; make the "
        "declarations agree and rebuild both",
        Module, Name.c_str(),
        (L.Mismatch->NextDefiner ? L.Mismatch->NextDefiner
                                 : L.Mismatch->Definer)
            ->Name.c_str()));
  if (L.Gone)
    return Error(format("%s: needs '%s', which was removed from %s; define it "
                        "again or remove its uses",
                        Module, Name.c_str(), L.Gone->Definer->Name.c_str()));
  return Error(
      format("%s: needs '%s', which nobody defines; define it, or link "
             "the program with the library that has it",
             Module, Name.c_str()));
}

/// The module calls the function under this type now, as the linker let it.
static bool callsAlready(const Module &M, const HcrProcImport &I) {
  if (!M.Current || !M.Current->Table)
    return false;
  for (const HcrProcImport &Now : procImportsOf(*M.Current->Table))
    if (Now.Type == I.Type && nameOf(Now.Name) == nameOf(I.Name))
      return true;
  return false;
}

static Error checkProcImport(Transaction &T, Version &V,
                             const HcrProcImport &I) {
  ProcLookup L = findProc(T.R, *V.Of, nameOf(I.Name), callTypeOf(I));
  ProcSymbol *S = L.Found;
  if (!S && L.Tolerable && callsAlready(*V.Of, I))
    S = L.Tolerable;
  bool Weak = I.Flags & HCR_PROC_WEAK;
  if (!S) {
    Cell Slot = cellOf(I.Slot), Address = cellOf(I.Address);
    bool Linked = (Slot && loadCell(Slot)) || (Address && loadCell(Address));
    if (std::find(V.NotLinked.begin(), V.NotLinked.end(), &I) !=
        V.NotLinked.end()) {
      V.ProcImports.push_back(nullptr);
      return undefined(V, I, L);
    }
    // What the runtime knows to be gone or different, the dynamic linker's
    // answer does not make right: that is the program's old stable entry.
    if ((!Linked || L.Mismatch || L.Gone) && !Weak) {
      V.ProcImports.push_back(nullptr);
      return undefined(V, I, L);
    }
    // A weak one that is 0 today waits for a definition.
    if (!Linked)
      S = T.R.Procs.findOrMake(nullptr, nameOf(I.Name), callTypeOf(I));
  }
  V.ProcImports.push_back(S);
  return Error();
}

static Error checkGlobalImport(Transaction &T, Version &V,
                               const HcrGlobalImport &I) {
  GlobalSymbol *S = findGlobal(T.R, *V.Of, nameOf(I.Name));
  V.GlobalImports.push_back(S);
  Cell Pointer = cellOf(I.Pointer);
  if (S || (Pointer && loadCell(Pointer)))
    return Error();
  if (I.Flags & HCR_GLOBAL_WEAK) {
    // It is 0 today and waits for a definition.
    V.GlobalImports.back() = T.R.Globals.findOrMake(nullptr, nameOf(I.Name), 0);
    return Error();
  }
  return Error(format("%s: needs the variable '%s', which nobody defines; "
                      "define it, or link the program with the library that "
                      "has it",
                      V.Of->Name.c_str(), demangle(nameOf(I.Name)).c_str()));
}

Error checkImports(Transaction &T, Version &V) {
  Error First;
  if (!V.Table)
    return First;
  for (const HcrProcImport &I : procImportsOf(*V.Table))
    if (Error E = checkProcImport(T, V, I); E && !First)
      First = E;
  for (const HcrGlobalImport &I : globalImportsOf(*V.Table))
    if (Error E = checkGlobalImport(T, V, I); E && !First)
      First = E;
  return First;
}

template <class Symbol> static void reset(Symbol &S) {
  S.Adds = S.Drops = 0;
  S.Touched = false;
  S.NextDefiner = nullptr;
  S.From = S.To = nullptr;
}

void abandon(Transaction &T) {
  for (ProcSymbol *S : T.Procs) {
    if (S->From && !S->Body)
      S->Entry = nullptr; // it was that of From
    reset(*S);
    S->NextBody = nullptr;
    // An entry made for a function that never came about.
    if (!S->Body && S->Entry)
      S->Slots.forEach([&](Cell C) { storeCell(C, noticeOf(T.R, *S)); });
  }
  for (GlobalSymbol *S : T.Globals) {
    reset(*S);
    S->Staged = {};
  }
  for (auto [Storage, Size] : T.NewStorage)
    releaseStorage(Storage, Size);
  for (Version *V : T.Versions) {
    V->Of->Next = nullptr;
    T.R.Loaded.removeVersion(V);
  }
  T.Procs.clear();
  T.Globals.clear();
  T.Vtables.clear();
  T.VtableStores.clear();
  T.VtableAll.clear();
  T.VtableBefore.clear();
  T.OpenPages.close();
  T.NewStorage.clear();
  T.Reinits.clear();
  T.Migrations.clear();
  T.ChangedTypes.clear();
  T.Functions = {};
  T.Stores.clear();
  T.Superseded.clear();
  T.Versions.clear();
  T.Going.clear();
}

} // namespace hcr
