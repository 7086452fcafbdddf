// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Vtables. Objects keep the address of their class's vtable, so the first one
// stays the one: a reload writes into it what the newer version says.
//
//   version 1   [type, name(), sound()]           room: 8
//   version 2   [type, name(), sound(), legs()]   written in place: entry 3
//   override    [type, name(), Dog::sound(), …]   written in place: entry 2
//
// Entries that were there keep their meaning for ever, because frames of older
// versions (main, above all) call by position. So functions can be added at the
// end, their overrides can come and go, but a version in which a function has
// another place is refused.
//
// Vtables lie in pages that are read-only once the program is linked; they are
// writable during the stores of a commit, never executable.
#include "Transaction.h"

namespace hcr {

static const uint32_t *hashesOf(const HcrVirtuals &V) {
  return reinterpret_cast<const uint32_t *>(&V + 1);
}

static uint32_t kindOf(uint32_t Entry) { return Entry >> HCR_VIRTUAL_SHIFT; }

static bool isPure(uint32_t Entry) { return Entry == 0; }

static bool areSame(uint32_t A, uint32_t B) {
  if (kindOf(A) == HCR_VIRTUAL_FUNCTION && kindOf(B) == HCR_VIRTUAL_FUNCTION)
    return A == B || isPure(A) || isPure(B);
  return A == B;
}

void adoptShape(GlobalSymbol &S, const HcrGlobal &G) {
  const auto *Now = follow<const HcrVirtuals>(G.Virtuals);
  if (!Now || !S.Storage || S.Shape)
    return;
  S.Shape = std::make_unique<VirtualShape>();
  S.Shape->Entries.assign(hashesOf(*Now), hashesOf(*Now) + Now->Count);
  // The linker may have kept the copy of an object without HCR.
  auto *Vtable = static_cast<void **>(S.Storage);
  if (Vtable[Now->Count + Now->Room] == Vtable)
    S.Shape->Room = Now->Room;
}

/// The function that an entry of the vtable in use leads to; for a message.
static std::string nameAt(Runtime &R, const GlobalSymbol &S, size_t Index) {
  const void *Entry = static_cast<void **>(S.Storage)[Index];
  std::string Name;
  R.Procs.forEach([&](ProcSymbol &P) {
    if (P.Entry && P.Entry == Entry && Name.empty())
      Name = demangle(P.Name);
  });
  return Name.empty() ? format("its function number %zu", Index) : Name;
}

static Error refuse(Transaction &T, const Version &V, const GlobalSymbol &S,
                    size_t Index, uint32_t Was, uint32_t Is) {
  std::string Class = demangle(S.Name);
  constexpr std::string_view Prefix = "vtable for ";
  if (Class.starts_with(Prefix))
    Class.erase(0, Prefix.size());
  const char *Module = V.Of->Name.c_str();
  if (kindOf(Was) != HCR_VIRTUAL_FUNCTION && kindOf(Is) != HCR_VIRTUAL_FUNCTION)
    return Error(format(
        "%s: the bases of class '%s' changed their places in it, and objects "
        "may exist; undo the change, give the new class another name, or "
        "restart the program",
        Module, Class.c_str()));
  std::string Name = kindOf(Was) == HCR_VIRTUAL_FUNCTION
                         ? "'" + nameAt(T.R, S, Index) + "'"
                         : "what followed the last one";
  return Error(format(
      "%s: the virtual functions of class '%s' changed places: at the place "
      "of %s there is another one, and objects may exist; declare new virtual "
      "functions behind all others of the class and its bases, keep removed "
      "ones as a placeholder, or restart the program",
      Module, Class.c_str(), Name.c_str()));
}

Error stageVtable(Transaction &T, Version &V, const HcrGlobal &G,
                  GlobalSymbol &S) {
  const auto &Now = *follow<const HcrVirtuals>(G.Virtuals);
  const std::vector<uint32_t> &Was = S.Shape->Entries;
  const uint32_t *Is = hashesOf(Now);
  for (size_t I = 0; I < Was.size() && I < Now.Count; ++I)
    if (!areSame(Was[I], Is[I]))
      return refuse(T, V, S, I, Was[I], Is[I]);
  if (Now.Count > Was.size()) {
    for (size_t I = Was.size(); I < Now.Count; ++I)
      if (kindOf(Is[I]) != HCR_VIRTUAL_FUNCTION)
        return refuse(T, V, S, I, Is[I], Is[I]);
    if (Now.Count - Was.size() > S.Shape->Room)
      return Error(format(
          "%s: there is no room for %zu more virtual functions in %s, and "
          "objects may exist; make them ordinary member functions, or restart "
          "the program",
          V.Of->Name.c_str(), Now.Count - Was.size(),
          demangle(S.Name).c_str()));
  }
  T.Vtables.push_back({&S, follow<void *>(G.Initial), &Now});
  return Error();
}

/// Whether an entry in use gets that of the new copy. The program's type
/// information stays; a class that became abstract keeps the functions that
/// objects made before can be asked for.
static bool isReplaced(const VtableUpdate &U, size_t I) {
  uint32_t Is = hashesOf(*U.Now)[I];
  if (kindOf(Is) != HCR_VIRTUAL_FUNCTION)
    return false;
  bool IsNew = I >= U.S->Shape->Entries.size();
  if (isPure(Is) && !IsNew && !isPure(U.S->Shape->Entries[I]))
    return false;
  return static_cast<void **>(U.S->Storage)[I] != U.Copy[I];
}

Error prepareVtables(Transaction &T) {
  std::vector<Cell> Places;
  for (const VtableUpdate &U : T.Vtables) {
    Cell Vtable = static_cast<Cell>(U.S->Storage);
    for (size_t I = 0; I < U.Now->Count; ++I)
      if (isReplaced(U, I)) {
        T.VtableStores.push_back({Vtable + I, U.Copy[I]});
        T.VtableAll.push_back({Vtable + I, loadCell(Vtable + I)});
        if (I < U.S->Shape->Entries.size() && !isPure(U.S->Shape->Entries[I]))
          T.VtableBefore.push_back(T.VtableAll.back());
        Places.push_back(Vtable + I);
      }
  }
  if (int Failed = T.OpenPages.open(Places))
    return Error(format("the vtables that the new version changes cannot be "
                        "written: %s; restart the program",
                        sys::describe(Failed).c_str()));
  return Error();
}

void commitVtables(Transaction &T) {
  for (const Store &S : T.VtableStores)
    storeCell(S.Where, S.What);
  T.VtableStores.clear();
  T.OpenPages.close();
}

void revertVtables(Transaction &T) {
  for (const Store &S : T.VtableAll)
    sys::storeReadOnly(S.Where, S.What);
}

void settleVtables(Transaction &T) {
  for (const VtableUpdate &U : T.Vtables) {
    VirtualShape &Shape = *U.S->Shape;
    const uint32_t *Is = hashesOf(*U.Now);
    for (size_t I = 0; I < U.Now->Count; ++I)
      if (I >= Shape.Entries.size()) {
        Shape.Entries.push_back(Is[I]);
        --Shape.Room;
      } else if (isPure(Shape.Entries[I])) {
        Shape.Entries[I] = Is[I];
      }
  }
  for (const Version *V : T.Versions)
    if (V->Table)
      for (size_t I = 0; I < V->Globals.size(); ++I)
        adoptShape(*V->Globals[I], globalsOf(*V->Table)[I]);
}

} // namespace hcr
