// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Types whose layout a reload changes, wherever their objects are.
//
// The tables of a module list the record types that its code knows. A type has
// changed if a module knew a layout of it that its new version does not know.
// Objects of it can be
//
//   variables           migrated or refused one by one (Migrate.cpp)
//   on stacks           of frames of old code, which go on with the old layout
//   on a heap           read wrongly by the new code; so if the program has
//   code
//                       that makes such objects, the reload is refused, unless
//                       the user said that there are none (HCR_TYPES=warn)
//   between modules     all that use it must be replaced together
#include "Transaction.h"

#include <algorithm>
#include <map>
#include <set>

namespace hcr {

bool ChangedType::had(uint64_t Layout) const {
  return std::find(Before.begin(), Before.end(), Layout) != Before.end();
}

void collectMigrators(Transaction &T) {
  for (const Version *V : T.Versions)
    if (V->Table)
      for (const HcrMigrator &M :
           array<HcrMigrator>(V->Table->Migrators, V->Table->MigratorCount))
        T.Functions.add(nameOf(M.Type),
                        follow<void(void *, const void *)>(M.Function));
}

namespace {
using Rows = std::multimap<std::string_view, const HcrUsedType *>;
using TypePair = std::pair<const HcrType *, const HcrType *>;

class TypeChanges {
public:
  explicit TypeChanges(Transaction &T) : T(T) {}
  Error check();

private:
  static Rows rowsOf(const Version *V);
  ChangedType &changed(std::string_view Name, const Module &In);
  void compare(const Module &M, const Version *Old, const Version *New);
  void addParts(const HcrType &Before, const HcrType &After, const Module &In,
                std::set<TypePair> &Seen);
  void askAll();
  Error refusal(const ChangedType &C) const;

  Transaction &T;
  struct Stale {
    const ChangedType *Type;
    const Module *In;
  };
  std::vector<Stale> StaleModules;
};
} // namespace

Rows TypeChanges::rowsOf(const Version *V) {
  Rows Result;
  if (V && V->Table)
    for (const HcrUsedType &U : usedTypesOf(*V->Table))
      Result.emplace(nameOf(U.Name), &U);
  return Result;
}

ChangedType &TypeChanges::changed(std::string_view Name, const Module &In) {
  for (ChangedType &C : T.ChangedTypes)
    if (C.Name == Name)
      return C;
  ChangedType &C = T.ChangedTypes.emplace_back();
  C.Name = Name;
  C.In = &In;
  return C;
}

static void addLayout(ChangedType &C, uint64_t Layout, uint64_t Size) {
  if (!C.had(Layout))
    C.Before.push_back(Layout);
  C.SizeBefore = Size;
}

void TypeChanges::compare(const Module &M, const Version *Old,
                          const Version *New) {
  Rows Before = rowsOf(Old), After = rowsOf(New);
  for (auto [Name, Was] : Before) {
    auto [First, Last] = After.equal_range(Name);
    if (First == Last) // not known any more
      continue;
    if (std::any_of(First, Last, [Was = Was](const auto &Now) {
          return Now.second->Layout == Was->Layout;
        }))
      continue;
    ChangedType &C = changed(Name, M);
    addLayout(C, Was->Layout, Was->Size & HCR_USED_SIZE);
    C.After = First->second->Layout;
    C.HasBases |= ((Was->Size | First->second->Size) & HCR_USED_BASES) != 0;
    C.IsDynamic |= ((Was->Size | First->second->Size) & HCR_USED_DYNAMIC) != 0;
  }
}

/// The records that a migrated variable consists of.
void TypeChanges::addParts(const HcrType &Before, const HcrType &After,
                           const Module &In, std::set<TypePair> &Seen) {
  std::vector<TypePair> Open = {{&Before, &After}};
  while (!Open.empty()) {
    auto [Was, Now] = Open.back();
    Open.pop_back();
    if (Was->Layout == Now->Layout || Was->Kind != Now->Kind ||
        !Seen.emplace(Was, Now).second)
      continue;
    if (Now->Kind == HCR_TYPE_RECORD || Now->Kind == HCR_TYPE_UNION) {
      ChangedType &C = changed(nameOf(Now->Name), In);
      addLayout(C, Was->Layout, Was->Size);
      C.After = Now->Layout;
      C.IsMigrated = true;
    }
    for (const HcrField &New : fieldsOf(*Now))
      if (const HcrField *Old = findField(*Was, New))
        Open.emplace_back(follow<const HcrType>(Old->Type),
                          follow<const HcrType>(New.Type));
  }
}

/// Who knows an old layout after this reload.
void TypeChanges::askAll() {
  for (const auto &M : T.R.Loaded.All) {
    const Version *V = versionNext(T, *M);
    if (!V || !V->Table)
      continue;
    for (const HcrUsedType &U : usedTypesOf(*V->Table))
      for (ChangedType &C : T.ChangedTypes)
        if (C.Name == nameOf(U.Name) && C.had(U.Layout)) {
          C.IsDynamic |= (U.Size & HCR_USED_DYNAMIC) != 0;
          StaleModules.push_back({&C, M.get()});
        }
  }
}

Error TypeChanges::refusal(const ChangedType &C) const {
  return Error(format(
      "%s: the layout of the type %s changed, and the program may have objects "
      "of it on the heap, which the new code would read wrongly; undo the "
      "change, restart the program, or, if there are none, allow it with "
      "HCR_TYPES=warn (hcr run --types=warn)",
      C.In->Name.c_str(), C.Name.c_str()));
}

Error TypeChanges::check() {
  for (const Version *V : T.Versions)
    compare(*V->Of, V->Of->Current, V);
  std::set<TypePair> Seen;
  for (const Migration &M : T.Migrations)
    addParts(*M.Before, *M.After, *M.V->Of, Seen);
  if (T.ChangedTypes.empty())
    return Error();
  askAll();
  bool Accept = T.R.Settings.AcceptTypes;
  for (auto [C, M] : StaleModules)
    if (C->IsMigrated || (C->IsDynamic && !Accept))
      return Error(format("%s still has the old layout of the type %s, which "
                          "%s changes; build it, too",
                          M->Name.c_str(), C->Name.c_str(),
                          C->In->Name.c_str()));
  for (const ChangedType &C : T.ChangedTypes) {
    if (!C.IsDynamic)
      continue;
    if (!Accept)
      return refusal(C);
    T.Out.Notes.push_back(
        format("the layout of the type %s changed; objects of it that were "
               "made before, outside of variables, have the old one",
               C.Name.c_str()));
  }
  return Error();
}

Error checkTypes(Transaction &T) { return TypeChanges(T).check(); }

} // namespace hcr
