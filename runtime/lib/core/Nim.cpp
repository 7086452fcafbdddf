// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Nim.h"

#include "Reload.h"
#include "Transaction.h"

namespace hcr {

/// The version that the calling DatInit000 belongs to, if a reload on this
/// thread is binding it.
static Version *versionInReload(Runtime &R, const Module &M) {
  return R.Current && R.Reloading.isMine() ? M.Next : nullptr;
}

void *registerProc(Runtime &R, const char *Module, const char *Name,
                   void *Body) {
  sys::Guard G(R.Lock);
  hcr::Module &M = *R.Loaded.findOrMake(Module);
  ProcSymbol &S = *R.Procs.findOrMake(&M, Name, 0);
  if (Version *V = versionInReload(R, M)) {
    // Staged: other modules reach it at the commit.
    if (!S.Touched)
      R.Current->Procs.push_back(&S);
    S.Touched = true;
    ++S.Adds;
    S.NextDefiner = &M;
    S.NextBody = Body;
    S.NextHash = reinterpret_cast<uintptr_t>(Body);
    if (!V->Table)
      V->Procs.push_back(&S);
    return entryOf(R, S);
  }
  if (!S.defined())
    ++S.Count;
  S.Body = Body;
  S.Definer = &M;
  S.Slots.forEach([&](Cell C) { storeCell(C, Body); });
  R.Trace("function %s:%s registered", Module, Name);
  return entryOf(R, S);
}

void *getProc(Runtime &R, const char *Module, const char *Name) {
  sys::Guard G(R.Lock);
  indexHosts(R);
  hcr::Module &M = *R.Loaded.findOrMake(Module);
  if (ProcSymbol *S = findProc(R, M, Name, 0).Found)
    return entryOf(R, *S);
  return entryOf(R, *R.Procs.findOrMake(&M, Name, 0));
}

bool registerGlobal(Runtime &R, const char *Module, const char *Name,
                    size_t Size, void (*Marker)(void), void **Out) {
  sys::Guard G(R.Lock);
  hcr::Module &M = *R.Loaded.findOrMake(Module);
  GlobalSymbol &S = *R.Globals.findOrMake(&M, Name, 0);
  Version *V = versionInReload(R, M);
  if (Marker)
    S.Marker = Marker;
  bool Staged = S.NextDefiner != nullptr;
  bool Lived = (S.defined() || Staged) && S.storageNext();
  uint64_t Before = Staged ? S.Staged.Size : S.Size;
  void *Storage = Lived ? S.storageNext() : nullptr;
  if (Lived && Before != Size && V)
    R.Current->Late =
        Error(format("%s: the variable '%s' changed its size from %zu to %zu "
                     "bytes while it holds a value; undo the change, give the "
                     "new variable another name, or restart the program",
                     Module, Name, static_cast<size_t>(Before), Size));
  if (!Lived)
    Storage = allocateStorage(Size, alignof(max_align_t));
  if (!Storage && V) {
    R.Current->Transient = true;
    R.Current->Late = Error(format("%s: no memory for the variable '%s' (%zu "
                                   "bytes)",
                                   Module, Name, Size));
    return false; // and nobody will use it
  }
  storeCell(Out, Storage);
  if (!V) {
    if (!Lived) {
      R.Storage.emplace_back(Storage, Size);
      S.Storage = Storage;
      S.Size = Size;
      S.Definer = &M;
      ++S.Count;
    }
    return !Lived;
  }
  if (!S.Touched)
    R.Current->Globals.push_back(&S);
  S.Touched = true;
  ++S.Adds;
  S.NextDefiner = &M;
  S.Staged = S;
  S.Staged.Storage = Storage;
  S.Staged.Size = Size;
  S.Staged.Lost = false;
  if (!Lived)
    R.Current->NewStorage.emplace_back(Storage, Size);
  if (!V->Table)
    V->Globals.push_back(&S);
  return !Lived;
}

void *getGlobal(Runtime &R, const char *Module, const char *Name) {
  sys::Guard G(R.Lock);
  indexHosts(R);
  GlobalSymbol *S = findGlobal(R, *R.Loaded.findOrMake(Module), Name);
  return S ? S->storageNext() : nullptr;
}

void *bindProc(Runtime &R, const char *Module, const char *Name,
               uint64_t Signature, void **Slot, void *Fallback) {
  sys::Guard G(R.Lock);
  indexHosts(R);
  hcr::Module &M = *R.Loaded.findOrMake(Module);
  ProcSymbol *S = findProc(R, M, Name, Signature).Found;
  if (!S) {
    if (Fallback) {
      storeCell(Slot, Fallback);
      return Fallback;
    }
    S = R.Procs.findOrMake(&M, Name, Signature);
  }
  void *Entry = entryOf(R, *S);
  void *Body = S->bodyNext();
  storeCell(Slot, Body ? Body : noticeOf(R, *S));
  S->Slots.addOnce(Slot);
  return Entry;
}

void registerType(Runtime &R, const HcrType *Type) {
  if (!Type)
    return;
  sys::Guard G(R.Lock);
  R.Types.add(*Type);
}

void *bindGlobal(Runtime &R, const char *Module, const char *Name,
                 void **Pointer, void *Fallback) {
  sys::Guard G(R.Lock);
  indexHosts(R);
  GlobalSymbol *S = findGlobal(R, *R.Loaded.findOrMake(Module), Name);
  void *Storage = S ? S->storageNext() : Fallback;
  storeCell(Pointer, Storage);
  if (S)
    S->Pointers.addOnce(Pointer);
  return Storage;
}

void bindModule(Runtime &R, const HcrModuleTable *Table) {
  // Outside a reload there is nothing to do: what the system loaded is bound
  // when it registers.
  if (!R.Reloading.isMine())
    return;
  sys::Guard G(R.Lock);
  if (!R.Current)
    return;
  for (Version *V : R.Current->Versions)
    if (V->Table == Table)
      bindVersion(R, *V);
}

bool hasModuleChanged(Runtime &R, const char *SourceHash) {
  // nimhcr's meaning: is a module with this identity other than what runs? Here
  // images are told apart by content before they are loaded, so a hash that no
  // current module has is one that changed.
  if (!SourceHash)
    return false;
  sys::Guard G(R.Lock);
  indexHosts(R);
  for (const auto &M : R.Loaded.All)
    if (M->Current && M->Current->Table &&
        format("%016llx", static_cast<unsigned long long>(
                              M->Current->Table->SourceHash)) == SourceHash)
      return false;
  return true;
}

void markGlobals(Runtime &R) {
  std::vector<void (*)()> Markers;
  {
    sys::Guard G(R.Lock);
    R.Globals.forEach([&](GlobalSymbol &S) {
      if (S.Marker && S.defined())
        Markers.push_back(S.Marker);
    });
  }
  for (void (*Marker)() : Markers)
    Marker();
}

void initProgram(Runtime &R, void **Modules, const char *Main,
                 void (*DatInit)(void)) {
  std::vector<std::string> Names;
  for (void **Name = Modules; Name && *Name && *static_cast<char *>(*Name);
       ++Name)
    Names.emplace_back(static_cast<char *>(*Name));
  {
    sys::Guard G(R.Lock);
    R.Loaded.findOrMake(Main ? Main : "");
  }
  addModules(R, Names);
  if (DatInit)
    DatInit();
}

void addModule(Runtime &R, const char *Module) {
  {
    sys::Guard G(R.Lock);
    indexHosts(R);
    hcr::Module *M = R.Loaded.find(Module);
    if (M && M->Current)
      return;
  }
  addModules(R, {Module});
}

} // namespace hcr
