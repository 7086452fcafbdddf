// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Fills one version's own slots, pointers and data. Nothing outside its image
// is written, so old code cannot notice.
//
// Order: what cells hold now (the dynamic linker's answers), cells, fix-ups,
// and only then copies of initial values, which contain fixed-up addresses.
#include "Transaction.h"

#include <cstring>

namespace hcr {

namespace {

class Binder {
public:
  Binder(Runtime &R, Version &V) : R(R), V(V), Table(*V.Table) {}
  void bind();

private:
  void rememberOwn();
  void bindProcs();
  void bindGlobals();
  void applyFixups();
  void copyInitialValues();
  void *canonical(const HcrFixup &F) const;

  Runtime &R;
  Version &V;
  const HcrModuleTable &Table;
  std::vector<void *> OwnProcs, OwnGlobals; // of imports
};

void Binder::rememberOwn() {
  for (const HcrProcImport &I : procImportsOf(Table)) {
    Cell From = cellOf(I.Address);
    if (!From)
      From = cellOf(I.Slot);
    OwnProcs.push_back(From ? loadCell(From) : nullptr);
  }
  for (const HcrGlobalImport &I : globalImportsOf(Table)) {
    Cell From = cellOf(I.Pointer);
    OwnGlobals.push_back(From ? loadCell(From) : nullptr);
  }
}

static void fill(Cell C, void *Value) {
  if (C && Value)
    storeCell(C, Value);
}

void Binder::bindProcs() {
  auto Procs = procsOf(Table);
  for (size_t I = 0; I < Procs.size(); ++I) {
    ProcSymbol &S = *V.Procs[I];
    fill(cellOf(Procs[I].Slot), S.bodyNext());
    if (Cell Address = cellOf(Procs[I].Address))
      fill(Address, entryOf(R, S));
  }
  auto Imports = procImportsOf(Table);
  for (size_t I = 0; I < Imports.size(); ++I) {
    ProcSymbol *S = V.ProcImports[I];
    if (!S || !S->definedNext())
      continue; // the dynamic linker's answer stays
    fill(cellOf(Imports[I].Slot), S->bodyNext());
    if (Cell Address = cellOf(Imports[I].Address))
      fill(Address, entryOf(R, *S));
  }
}

void Binder::bindGlobals() {
  auto Globals = globalsOf(Table);
  for (size_t I = 0; I < Globals.size(); ++I) {
    fill(cellOf(Globals[I].Pointer), V.Globals[I]->storageNext());
    auto *Fresh = follow<uint8_t>(Globals[I].Fresh);
    if (Fresh && V.Lived[I])
      *Fresh = 0;
  }
  auto Imports = globalImportsOf(Table);
  for (size_t I = 0; I < Imports.size(); ++I)
    if (GlobalSymbol *S = V.GlobalImports[I])
      fill(cellOf(Imports[I].Pointer), S->storageNext());
}

static uint32_t indexOf(const HcrFixup &F) { return F.Symbol & 0x3fffffff; }

void *Binder::canonical(const HcrFixup &F) const {
  uint32_t I = indexOf(F);
  switch (F.Symbol >> 30) {
  case HCR_FIXUP_PROC:
    return entryOf(R, *V.Procs[I]);
  case HCR_FIXUP_PROC_IMPORT: {
    ProcSymbol *S = V.ProcImports[I];
    return S && S->definedNext() ? entryOf(R, *S) : OwnProcs[I];
  }
  case HCR_FIXUP_GLOBAL:
    return V.Globals[I]->storageNext();
  default:
    return V.GlobalImports[I] ? V.GlobalImports[I]->storageNext()
                              : OwnGlobals[I];
  }
}

void Binder::applyFixups() {
  for (const HcrFixup &F : array<HcrFixup>(Table.Fixups, Table.FixupCount)) {
    void *Target = canonical(F);
    uintptr_t Value = 0;
    if (Target)
      Value = reinterpret_cast<uintptr_t>(Target) +
              static_cast<uintptr_t>(F.Addend);
    memcpy(follow(F.Place), &Value, sizeof(Value));
  }
}

void Binder::copyInitialValues() {
  auto Globals = globalsOf(Table);
  for (size_t I = 0; I < Globals.size(); ++I) {
    void *Storage = V.Globals[I]->storageNext();
    const void *Initial = follow(Globals[I].Initial);
    // New storage is zero.
    if (!V.Lived[I] && Initial && Storage != Initial &&
        !(Globals[I].Flags & HCR_GLOBAL_ZERO))
      memcpy(Storage, Initial, Globals[I].Size);
  }
}

void Binder::bind() {
  rememberOwn();
  bindProcs();
  bindGlobals();
  applyFixups();
  copyInitialValues();
}

} // namespace

void bindVersion(Runtime &R, Version &V) {
  if (V.Bound || !V.Table)
    return;
  V.Bound = true;
  if (Cell Handle = cellOf(V.Table->ExitHandle); Handle && !V.Permanent)
    storeCell(Handle, V.Of->Host ? V.Of->Host->ExitHandle : nullptr);
  Binder(R, V).bind();
  if (auto *State = follow<uint32_t>(V.Table->State))
    *State |= HCR_STATE_BOUND;
  R.Trace("module %s bound: %zu functions, %zu variables", V.Of->Name.c_str(),
          V.Procs.size(), V.Globals.size());
}

} // namespace hcr
