// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tables of host images go into the symbol tables at the first reload, not at
// start: a program that never reloads pays for storing one range.
#include "Rollback.h"
#include "Transaction.h"

namespace hcr {

static void indexHostProcs(Runtime &R, Module &M, const HcrModuleTable &Table) {
  for (const HcrProc &P : procsOf(Table)) {
    ProcSymbol &S = *R.Procs.findOrMake(ownerFor(P.Flags, M), nameOf(P.Name),
                                        callTypeOf(P));
    ++S.Count;
    if (P.Flags & HCR_PROC_WEAK_DEFINITION) {
      indexWeak(R, M, P, S);
      continue;
    }
    Cell Slot = cellOf(P.Slot);
    // The linker chose one copy of an inline function; its slot knows which.
    void *Body = follow(P.Body);
    if (!Body && Slot)
      Body = loadCell(Slot);
    if (!Body) {
      S.Definer = &M;
      S.BodyHash = P.BodyHash;
      S.Flags = P.Flags;
      continue; // direct
    }
    if (!S.Body || S.Body == S.Notice || S.Is == Strength::Foreign) {
      // First seen (or asked for by hcrGetProc before it was known, or by a
      // module whose own definition is weak).
      S.Slots.forEach([&](Cell C) { storeCell(C, Body); });
      S.Body = Body;
      S.Definer = &M;
      S.BodyHash = P.BodyHash;
      S.Flags = P.Flags;
      S.Is = Strength::Strong;
    } else if (Slot && S.Definer && S.Definer->Current &&
               !S.Definer->Current->Permanent) {
      // A plugin opened after its module was reloaded: bring it up to date.
      storeCell(Slot, S.Body);
    }
    // An inline function has an entry only where its address is taken.
    if (!S.Entry)
      S.Entry = follow(P.Entry);
    if (Slot)
      S.Slots.addOnce(Slot);
  }
}

static void indexHostGlobals(Runtime &R, Module &M,
                             const HcrModuleTable &Table) {
  for (const HcrGlobal &G : globalsOf(Table)) {
    Cell Pointer = cellOf(G.Pointer);
    void *Storage = Pointer ? loadCell(Pointer) : follow(G.Initial);
    if (!Storage && !(G.Flags & HCR_GLOBAL_THREAD_LOCAL))
      continue;
    GlobalSymbol &S =
        *R.Globals.findOrMake(ownerFor(G.Flags, M), nameOf(G.Name), 0);
    ++S.Count;
    // Of weak and tentative definitions the linker took the ordinary one.
    bool Replaces =
        (S.Flags & HCR_GLOBAL_INLINE) && !(G.Flags & HCR_GLOBAL_INLINE);
    if (!S.Storage || Replaces) {
      S.Storage = Storage;
      S.Definer = &M;
      S.Size = G.Size;
      S.InitialHash = G.InitialHash;
      S.Layout = G.Layout;
      S.Type = follow<const HcrType>(G.Type);
      S.Flags = G.Flags;
      S.Destroy = follow<void()>(G.Destroy);
    }
    adoptShape(S, G);
    if (Pointer)
      S.Pointers.addOnce(Pointer);
  }
}

/// Weak references that nobody answered wait for a new module.
static void indexAbsent(Runtime &R, const HcrModuleTable &Table) {
  for (const HcrGlobalImport &I : globalImportsOf(Table))
    if (Cell Pointer = cellOf(I.Pointer);
        Pointer && (I.Flags & HCR_GLOBAL_WEAK) && !loadCell(Pointer))
      R.Globals.findOrMake(nullptr, nameOf(I.Name), 0)
          ->Pointers.addOnce(Pointer);
}

/// What callers of a weak definition load is not the definition's own slot.
static void indexWeakCallers(Runtime &R, Module &M,
                             const HcrModuleTable &Table) {
  for (const HcrProcImport &I : procImportsOf(Table))
    if (I.Flags & HCR_PROC_WEAK_DEFINITION)
      if (ProcSymbol *S = findProc(R, M, nameOf(I.Name), callTypeOf(I)).Found)
        S->Slots.addOnce(cellOf(I.Slot));
}

/// Only between images: inside one, importer and definer share the cell.
static void indexHostImports(Runtime &R, Module &M,
                             const HcrModuleTable &Table) {
  for (const HcrProcImport &I : procImportsOf(Table)) {
    Cell Slot = cellOf(I.Slot);
    ProcLookup L = findProc(R, M, nameOf(I.Name), callTypeOf(I));
    ProcSymbol *S = L.Found ? L.Found : L.Tolerable;
    if (Slot && S && !(S->Flags & HCR_PROC_THREAD_LOCAL))
      S->Slots.addOnce(Slot);
  }
  for (const HcrGlobalImport &I : globalImportsOf(Table)) {
    Cell Pointer = cellOf(I.Pointer);
    GlobalSymbol *S = findGlobal(R, M, nameOf(I.Name));
    if (Pointer && S)
      S->Pointers.addOnce(Pointer);
  }
}

static void takeExitHandle(Image &In, const HcrModuleTable &Table) {
  if (Cell Handle = cellOf(Table.ExitHandle); Handle && !In.ExitHandle)
    In.ExitHandle = loadCell(Handle);
}

static void indexHostTable(Runtime &R, Image &In, const HcrModuleTable &Table) {
  Module &M = *R.Loaded.findOrMake(nameOf(Table.Name));
  if (!M.Current) {
    Version &V = *R.Loaded.makeVersion();
    V.Of = &M;
    V.In = &In;
    V.Table = &Table;
    V.Permanent = true;
    V.Bound = true;
    V.Imports = follow<const char *const>(Table.Imports);
    M.Host = &In;
    M.InProgram = true;
    M.Current = &V;
    ++In.Live;
    if (Table.HandlerCount)
      R.WithHandlers.push_back(&M);
  }
  takeExitHandle(In, Table);
  indexHostProcs(R, M, Table);
  indexWeakCallers(R, M, Table);
  indexHostGlobals(R, M, Table);
  indexAbsent(R, Table);
}

static bool isReadable(const HcrModuleTable &Table) {
  return Table.Magic == HCR_ABI_MAGIC && Table.Version == HCR_ABI_VERSION &&
         Table.Size == sizeof(HcrModuleTable);
}

void introduceInPlace(Transaction &T, Image &In,
                      const Range<HcrModuleTable> &Tables) {
  for (const HcrModuleTable &Table : Tables) {
    if (!isReadable(Table) || !(Table.Flags & HCR_MODULE_BINDING))
      continue;
    Module &M = *T.R.Loaded.findOrMake(nameOf(Table.Name));
    if (M.Current || M.Next)
      continue; // the same file in two images: the first one is the module
    Version &V = *T.R.Loaded.makeVersion();
    V.Of = &M;
    V.In = &In;
    V.Table = &Table;
    V.Permanent = true;
    V.Imports = follow<const char *const>(Table.Imports);
    M.Host = &In;
    M.InProgram = true;
    M.Next = &V;
    takeExitHandle(In, Table);
    T.Versions.push_back(&V);
  }
}

/// Calls of what nobody defines are reported instead of jumping to 0, and are
/// bound when a definition comes.
static void awaitDefinitions(Transaction &T, Version &V) {
  auto Imports = procImportsOf(*V.Table);
  for (size_t I = 0; I < Imports.size(); ++I) {
    Cell Slot = cellOf(Imports[I].Slot);
    if (V.ProcImports[I] || !Slot || loadCell(Slot) ||
        (Imports[I].Flags & HCR_PROC_WEAK))
      continue;
    ProcSymbol &S = *T.R.Procs.findOrMake(nullptr, nameOf(Imports[I].Name),
                                          callTypeOf(Imports[I]));
    V.ProcImports[I] = &S;
    storeCell(Slot, noticeOf(T.R, S));
  }
}

/// Module-binding objects that were linked into a program (or a plugin) and
/// loaded by the system: bound in place, at once. Not being able to resolve an
/// import is no reason not to start; the dynamic linker's answer stays.
static void bindInPlace(Runtime &R, Image &In,
                        const Range<HcrModuleTable> &Tables) {
  Transaction T(R);
  R.Current = &T;
  introduceInPlace(T, In, Tables);
  for (Version *V : T.Versions)
    if (Error E = stageVersion(T, *V))
      R.Trace("%s", E.text().c_str());
  chooseWeak(T);
  for (Version *V : T.Versions) {
    if (Error E = checkImports(T, *V))
      R.Trace("%s", E.text().c_str());
    awaitDefinitions(T, *V);
  }
  for (Version *V : T.Versions)
    bindVersion(R, *V);
  if (Error E = prepareVtables(T))
    R.Trace("%s", E.text().c_str());
  else
    commitVtables(T);
  prepareStores(T);
  commit(T);
  settle(T, R.Generation);
  R.Current = nullptr;
}

static bool hasModuleBinding(const Range<HcrModuleTable> &Tables) {
  for (const HcrModuleTable &Table : Tables)
    if (Table.Flags & HCR_MODULE_BINDING)
      return true;
  return false;
}

static void forgetObject(Runtime &R, Image *In,
                         const sys::ObjectRange &Object) {
  R.Back->forget(In, Object);
  auto Inside = [&](const void *Address) { return Object.holds(Address); };
  R.Procs.forEach([&](ProcSymbol &S) {
    S.Slots.removeIf(Inside);
    S.Addresses.removeIf(Inside);
    if (Inside(S.Entry))
      S.Entry = nullptr;
    if (Inside(S.Body)) {
      S.Body = nullptr;
      S.Definer = nullptr;
      S.Count = 0;
    }
  });
  R.Globals.forEach([&](GlobalSymbol &S) {
    S.Pointers.removeIf(Inside);
    if (Inside(S.Type))
      S.Type = nullptr;
    if (Inside(S.Storage)) {
      S.Storage = nullptr;
      S.Shape = nullptr;
      S.Definer = nullptr;
      S.Count = 0;
    }
    if (Inside(reinterpret_cast<void *>(S.Destroy)))
      S.Destroy = nullptr;
  });
  for (const auto &M : R.Loaded.All) {
    if (M->Current && M->Current->In == In) {
      std::erase(R.WithHandlers, M.get());
      M->Current = nullptr;
    }
    if (M->Host == In) {
      M->Host = R.Loaded.program();
      M->InProgram = false;
    }
  }
  In->Tables.clear();
}

void forgetClosedHosts(Runtime &R) {
  // The executable is never closed, and while a reload is staged its lists may
  // hold what would be forgotten.
  if (R.Current)
    return;
  for (size_t I = R.Hosts.size(); I-- > 1;) {
    auto [In, Object] = R.Hosts[I];
    if (sys::objectAt(Object.Begin) == Object)
      continue;
    R.Trace("an image that the program closed is forgotten");
    forgetObject(R, In, Object);
    R.Hosts.erase(R.Hosts.begin() + static_cast<ptrdiff_t>(I));
  }
}

/// Closed and opened again at the same place, between two looks.
static void forgetPredecessor(Runtime &R, const HcrModuleTable *Begin) {
  for (size_t I = R.Hosts.size(); I-- > 1;)
    if (R.Hosts[I].In->Tables.front().begin() == Begin) {
      forgetObject(R, R.Hosts[I].In, R.Hosts[I].Object);
      R.Hosts.erase(R.Hosts.begin() + static_cast<ptrdiff_t>(I));
    }
}

static void indexRange(Runtime &R, const Range<HcrModuleTable> &Tables) {
  // The first image to register is the executable, unless it has no modules
  // and a library comes first: then new modules belong to that library.
  Image *In = R.Hosts.empty() ? R.Loaded.program() : R.Loaded.makeImage();
  In->Tables.push_back(Tables);
  R.Hosts.push_back({In, sys::objectAt(Tables.begin())});
  for (const HcrModuleTable &Table : Tables) {
    if (!isReadable(Table))
      R.Trace("a table of another ABI version is left alone");
    else if (!(Table.Flags & HCR_MODULE_BINDING))
      indexHostTable(R, *In, Table);
  }
  if (hasModuleBinding(Tables))
    bindInPlace(R, *In, Tables);
  if (R.Hosts.size() > 1)
    for (const auto &[Host, Object] : R.Hosts)
      for (const Range<HcrModuleTable> &Range : Host->Tables)
        for (const HcrModuleTable &Table : Range)
          if (isReadable(Table) && !(Table.Flags & HCR_MODULE_BINDING))
            indexHostImports(R, *R.Loaded.findOrMake(nameOf(Table.Name)),
                             Table);
}

/// A program may open and close plugins for ever: places of ranges that were
/// taken in are used again.
static void reuseRanges(Runtime &R) {
  for (size_t I = 0; I < R.Indexed; ++I)
    R.Ranges[I].Begin.store(nullptr, std::memory_order_relaxed);
  size_t Expected = R.Indexed;
  if (R.RangeCount.compare_exchange_strong(Expected, 0,
                                           std::memory_order_acq_rel))
    R.Indexed = 0;
}

void indexHosts(Runtime &R) {
  size_t Count = R.RangeCount.load(std::memory_order_acquire);
  if (Count > Runtime::MaxRegistered)
    Count = Runtime::MaxRegistered;
  for (; R.Indexed < Count; ++R.Indexed) {
    const Runtime::Registered &Entry = R.Ranges[R.Indexed];
    const HcrModuleTable *Begin = Entry.Begin.load(std::memory_order_acquire);
    if (!Begin)
      return; // another thread is about to write it
    Range<HcrModuleTable> Tables = {Begin,
                                    static_cast<size_t>(Entry.End - Begin)};
    // While a reload is staged there can be no second transaction.
    if (R.Current && hasModuleBinding(Tables))
      return;
    forgetPredecessor(R, Begin);
    indexRange(R, Tables);
    R.Trace("image with %zu modules indexed", Tables.size());
  }
  if (R.Indexed > Runtime::MaxRegistered / 2)
    reuseRanges(R);
}

} // namespace hcr
