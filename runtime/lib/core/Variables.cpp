// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rows of variables that the check treats in a way of their own: second names,
// thread-locals, variables that code uses by their symbols. And constants that
// hold addresses: whether an equal new one is really equal is known only when
// everything is staged.
#include "Transaction.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>

namespace hcr {

static std::string shownName(const HcrGlobal &G) {
  std::string_view Name = nameOf(G.Name);
  if (G.Flags & HCR_GLOBAL_THREAD_LOCAL && Name.ends_with(".tls"))
    Name.remove_suffix(4);
  return demangle(Name);
}

const HcrType *typeOf(const Transaction &T, const Version &V,
                      const HcrGlobal &G) {
  const auto *Type = follow<const HcrType>(G.Type);
  return !Type || V.Permanent ? Type : T.R.Types.find(*Type);
}

bool layoutsDiffer(const HcrGlobal &G, const HcrType *Type,
                   const GlobalSymbol &Before) {
  if (Type && Before.Type)
    return Type->Layout != Before.Type->Layout;
  return G.Layout && Before.Layout && G.Layout != Before.Layout;
}

/// Of the records in an array.
static std::string elementName(const HcrType &T) {
  const HcrType *Element = &T;
  while (Element->Kind == HCR_TYPE_ARRAY && Element->FieldCount)
    Element = follow<const HcrType>(fieldsOf(*Element)[0].Type);
  return std::string(nameOf(Element->Name));
}

/// The parts that differ, where the clang plugin told both types, and what to
/// do about it.
static std::string partsAndRemedy(const HcrType *Before, const HcrType *After,
                                  const std::string &Why) {
  bool Known = Before && After && Before->Layout != After->Layout;
  std::string Text =
      Known ? ":" + describeChange(*Before, *After) + "\n" : "; ";
  if (!Why.empty())
    Text += Why + "; ";
  Text += "undo the change, ";
  if (Known &&
      (After->Kind == HCR_TYPE_RECORD || After->Kind == HCR_TYPE_ARRAY))
    Text += format("write a function for HCR_MIGRATE(%s, …), ",
                   elementName(*After).c_str());
  return Text + "give the new variable another name, or restart the program";
}

Error sizeChanged(const Version &V, const HcrGlobal &G, uint64_t OldSize,
                  const HcrType *Before, const HcrType *After,
                  const std::string &Why) {
  std::string Type(nameOf(G.TypeName));
  return Error(format("%s: the variable '%s'%s%s changed its size from %" PRIu64
                      " to %" PRIu64 " bytes while it holds a value%s",
                      V.Of->Name.c_str(), shownName(G).c_str(),
                      Type.empty() ? "" : " of type ", Type.c_str(), OldSize,
                      G.Size, partsAndRemedy(Before, After, Why).c_str()));
}

Error layoutChanged(const Version &V, const HcrGlobal &G, const HcrType *Before,
                    const HcrType *After, const std::string &Why) {
  std::string Type(nameOf(G.TypeName));
  return Error(format("%s: the layout of the variable '%s'%s%s changed while "
                      "it holds a value%s",
                      V.Of->Name.c_str(), shownName(G).c_str(),
                      Type.empty() ? "" : " of type ", Type.c_str(),
                      partsAndRemedy(Before, After, Why).c_str()));
}

static void stageValues(Transaction &T, GlobalSymbol &S, const Version &V,
                        const HcrGlobal &G) {
  const HcrType *Type = typeOf(T, V, G);
  S.Staged.Type = Type ? Type : S.Type;
  S.NextDefiner = V.Of;
  S.Staged.Size = G.Size;
  S.Staged.InitialHash = G.InitialHash;
  S.Staged.Layout = G.Layout ? G.Layout : S.Layout;
  S.Staged.Flags = G.Flags;
}

/// Every thread keeps the value that it has, in the block of the first image
/// that defined the variable.
Error stageThreadLocal(Transaction &T, Version &V, const HcrGlobal &G,
                       GlobalSymbol &S) {
  if (S.defined()) {
    const HcrType *Type = typeOf(T, V, G);
    if (G.Size != S.Size)
      return sizeChanged(V, G, S.Size, S.Type, Type);
    if (layoutsDiffer(G, Type, S))
      return layoutChanged(V, G, S.Type, Type);
    if (G.InitialHash != S.InitialHash)
      T.Out.Notes.push_back(format("initial value of %s changed; it keeps its "
                                   "values, and new threads begin with the "
                                   "old one",
                                   shownName(G).c_str()));
  }
  stageValues(T, S, V, G);
  return Error();
}

/// The row, among those before \p G, whose storage \p G is another name of.
static size_t aliaseeOf(const Version &V, const HcrGlobal &G) {
  auto At = reinterpret_cast<uintptr_t>(follow(G.Initial));
  auto Globals = globalsOf(*V.Table);
  for (size_t I = 0; I < V.Globals.size(); ++I) {
    auto Begin = reinterpret_cast<uintptr_t>(follow(Globals[I].Initial));
    uint64_t Size = Globals[I].Size ? Globals[I].Size : 1;
    if (Begin && Begin <= At && At - Begin < Size &&
        !(Globals[I].Flags & HCR_GLOBAL_ALIAS))
      return I;
  }
  return V.Globals.size();
}

Error stageAlias(Transaction &T, Version &V, const HcrGlobal &G,
                 GlobalSymbol &S) {
  size_t Base = aliaseeOf(V, G);
  if (Base == V.Globals.size())
    return Error(format("%s: the table of the image is damaged: '%s' is a name "
                        "of nothing; build it again",
                        V.Of->Name.c_str(), shownName(G).c_str()));
  const HcrGlobal &Row = globalsOf(*V.Table)[Base];
  auto *Storage = static_cast<char *>(V.Globals[Base]->storageNext());
  if (Storage)
    Storage += follow<char>(G.Initial) - follow<char>(Row.Initial);
  if (S.defined() && S.Storage && S.Storage != Storage &&
      !(S.Flags & (HCR_GLOBAL_ALIAS | HCR_GLOBAL_CONSTANT)))
    T.Out.Notes.push_back(format("%s is another name of %s now; the value that "
                                 "it had is no longer used",
                                 shownName(G).c_str(), shownName(Row).c_str()));
  S.Staged.Storage = Storage;
  stageValues(T, S, V, G);
  return Error();
}

Error stageDirect(Transaction &T, Version &V, const HcrGlobal &G,
                  GlobalSymbol &S) {
  if (S.defined() && S.Storage && !(S.Flags & HCR_GLOBAL_CONSTANT))
    return Error(format("%s: the variable '%s' is used by its symbol, which "
                        "inline assembly names, "
                        "so new code cannot have the value that it holds; give "
                        "the assembly an operand (\"m\"), or restart the "
                        "program",
                        V.Of->Name.c_str(), shownName(G).c_str()));
  S.Staged.Storage = follow(G.Initial);
  stageValues(T, S, V, G);
  return Error();
}

/// What a fix-up will put into its place; before anything is bound.
static void *futureTarget(Runtime &R, const Version &V, const HcrFixup &F) {
  uint32_t I = F.Symbol & 0x3fffffff;
  switch (F.Symbol >> 30) {
  case HCR_FIXUP_PROC:
    return entryOf(R, *V.Procs[I]);
  case HCR_FIXUP_PROC_IMPORT: {
    if (ProcSymbol *S = V.ProcImports[I]; S && S->definedNext())
      return entryOf(R, *S);
    const HcrProcImport &Row = procImportsOf(*V.Table)[I];
    Cell From = Row.Address ? cellOf(Row.Address) : cellOf(Row.Slot);
    return From ? loadCell(From) : nullptr;
  }
  case HCR_FIXUP_GLOBAL:
    return V.Globals[I]->storageNext();
  default:
    if (GlobalSymbol *S = V.GlobalImports[I])
      return S->storageNext();
    Cell From = cellOf(globalImportsOf(*V.Table)[I].Pointer);
    return From ? loadCell(From) : nullptr;
  }
}

namespace {
/// A constant that would keep the address, and the content, it had.
struct KeptConstant {
  const char *Initial;
  uint64_t Size;
  GlobalSymbol *Symbol;
};

/// An address in it.
struct KeptAddress {
  const KeptConstant *In;
  const HcrFixup *Fixup;
};
} // namespace

static std::vector<KeptConstant> keptConstants(const Version &V) {
  std::vector<KeptConstant> Kept;
  auto Globals = globalsOf(*V.Table);
  for (size_t I = 0; I < Globals.size(); ++I) {
    const HcrGlobal &G = Globals[I];
    GlobalSymbol *S = V.Globals[I];
    if ((G.Flags & HCR_GLOBAL_CONSTANT) && !(G.Flags & HCR_GLOBAL_ALIAS) &&
        !G.Virtuals && G.Initial && S->NextDefiner == V.Of && S->Storage &&
        S->Staged.Storage == S->Storage)
      Kept.push_back({follow<const char>(G.Initial), G.Size, S});
  }
  std::sort(Kept.begin(), Kept.end(),
            [](const auto &A, const auto &B) { return A.Initial < B.Initial; });
  return Kept;
}

static std::vector<KeptAddress>
addressesIn(const Version &V, const std::vector<KeptConstant> &Kept) {
  std::vector<KeptAddress> Found;
  for (const HcrFixup &F :
       array<HcrFixup>(V.Table->Fixups, V.Table->FixupCount)) {
    const char *Place = follow<const char>(F.Place);
    auto After = std::upper_bound(
        Kept.begin(), Kept.end(), Place,
        [](const char *P, const KeptConstant &K) { return P < K.Initial; });
    if (After == Kept.begin())
      continue;
    const KeptConstant &K = *--After;
    if (static_cast<uint64_t>(Place - K.Initial) + sizeof(void *) <= K.Size)
      Found.push_back({&K, &F});
  }
  return Found;
}

/// True if \p V has constants that are replaced after all.
static bool replaceConstants(Transaction &T, const Version &V) {
  std::vector<KeptConstant> Kept = keptConstants(V);
  if (Kept.empty())
    return false;
  bool Any = false;
  for (auto [In, F] : addressesIn(V, Kept)) {
    GlobalSymbol &S = *In->Symbol;
    if (S.Staged.Storage != S.Storage)
      continue; // replaced already
    uintptr_t Now;
    memcpy(&Now,
           static_cast<const char *>(S.Storage) +
               (follow<const char>(F->Place) - In->Initial),
           sizeof(Now));
    void *Target = futureTarget(T.R, V, *F);
    uintptr_t Next = Target ? reinterpret_cast<uintptr_t>(Target) +
                                  static_cast<uintptr_t>(F->Addend)
                            : 0;
    if (Now == Next)
      continue;
    S.Staged.Storage = const_cast<char *>(In->Initial);
    Any = true;
  }
  return Any;
}

void checkConstants(Transaction &T) {
  // One that is replaced changes those that hold its address.
  for (bool Again = true; Again;) {
    Again = false;
    for (const Version *V : T.Versions)
      if (V->Table)
        Again |= replaceConstants(T, *V);
  }
}

} // namespace hcr
