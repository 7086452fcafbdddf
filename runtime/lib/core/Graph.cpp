// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which module uses which. Only asked for when it matters (handlers in several
// modules, several new modules at once, removed symbols), so an ordinary reload
// does not pay for the size of the program.
#include "Transaction.h"

#include <algorithm>
#include <unordered_set>

namespace hcr {

static const Version *versionOf(const Module &M) {
  return M.Next ? M.Next : M.Current;
}

template <class Symbol>
static void addDefiner(std::vector<Module *> &To, const Symbol *S) {
  if (!S)
    return;
  if (Module *M = S->NextDefiner ? S->NextDefiner : S->Definer)
    To.push_back(M);
}

static std::vector<Module *> needsOf(Runtime &R, const Module &M,
                                     const Version *V) {
  std::vector<Module *> Needs;
  if (!V)
    return Needs;
  if (V->Imports)
    for (const char *const *Name = V->Imports; *Name && **Name; ++Name)
      if (Module *Other = R.Loaded.find(*Name))
        Needs.push_back(Other);
  if (V->isHost()) {
    for (const HcrProcImport &I : procImportsOf(*V->Table)) {
      ProcLookup L = findProc(R, M, nameOf(I.Name), callTypeOf(I));
      addDefiner(Needs, L.Found ? L.Found : L.Tolerable);
    }
    for (const HcrGlobalImport &I : globalImportsOf(*V->Table))
      addDefiner(Needs, findGlobal(R, M, nameOf(I.Name)));
  } else {
    for (const ProcSymbol *S : V->ProcImports)
      addDefiner(Needs, S);
    for (const GlobalSymbol *S : V->GlobalImports)
      addDefiner(Needs, S);
  }
  return Needs;
}

std::vector<Module *> leavesFirst(Runtime &R, const std::vector<Module *> &Of) {
  if (Of.size() < 2)
    return Of;
  std::unordered_set<Module *> Wanted(Of.begin(), Of.end());
  unsigned Mark = R.Loaded.nextMark();
  std::vector<Module *> Order;
  // Depth first without recursion: chains of imports may be long, stacks of
  // threads short. A cycle ends where it was entered.
  struct Step {
    Module *M;
    std::vector<Module *> Needs;
    size_t At = 0;
  };
  std::vector<Step> Path;
  auto Enter = [&](Module *M) {
    if (M->Mark == Mark)
      return;
    M->Mark = Mark;
    Path.push_back({M, needsOf(R, *M, versionOf(*M))});
  };
  for (Module *Start : Of) {
    Enter(Start);
    while (!Path.empty()) {
      Step &Top = Path.back();
      if (Top.At < Top.Needs.size()) {
        Enter(Top.Needs[Top.At++]);
        continue;
      }
      if (Wanted.contains(Top.M))
        Order.push_back(Top.M);
      Path.pop_back();
    }
  }
  return Order;
}

/// Modules that the new versions do not need any more, and nobody else does.
/// Only modules without a place in the program itself can go, and only those
/// that were used by name: one that works by its initialisers alone stays.
void stageUnused(Transaction &T) {
  std::vector<Module *> Lost;
  for (Version *V : T.Versions) {
    if (!V->Of->Current)
      continue;
    std::vector<Module *> Now = needsOf(T.R, *V->Of, V);
    for (Module *M : needsOf(T.R, *V->Of, V->Of->Current))
      if (std::find(Now.begin(), Now.end(), M) == Now.end())
        Lost.push_back(M);
  }
  std::unordered_set<Module *> Gone;
  for (size_t I = 0; I < Lost.size(); ++I) {
    Module *M = Lost[I];
    if (!M->Current || M->InProgram || M->Next || Gone.contains(M))
      continue;
    bool Needed = false;
    for (const auto &Other : T.R.Loaded.All) {
      if (Other.get() == M || Gone.contains(Other.get()) || !versionOf(*Other))
        continue;
      std::vector<Module *> Needs = needsOf(T.R, *Other, versionOf(*Other));
      Needed |= std::find(Needs.begin(), Needs.end(), M) != Needs.end();
    }
    if (Needed)
      continue;
    Gone.insert(M);
    for (Module *Next : needsOf(T.R, *M, M->Current))
      Lost.push_back(Next);
    stageGoing(T, *M);
  }
}

static bool stillUses(const Module &M, const ProcSymbol &S) {
  const Version *V = versionOf(M);
  if (!V || !V->Table)
    return false;
  if (!V->isHost())
    return std::find(V->ProcImports.begin(), V->ProcImports.end(), &S) !=
           V->ProcImports.end();
  for (const HcrProcImport &I : procImportsOf(*V->Table))
    if (nameOf(I.Name) == S.Name && callTypeOf(I).matches(S.callType()))
      return true;
  return false;
}

void noteStaleCallers(Transaction &T) {
  for (const ProcSymbol *S : T.Superseded) {
    std::string Users;
    for (const auto &M : T.R.Loaded.All)
      if (stillUses(*M, *S))
        Users += (Users.empty() ? "" : ", ") + M->Name;
    bool Removed = S->NextBody != nullptr;
    std::string Name = demangle(S->Name);
    if (Removed)
      T.Out.Notes.push_back(
          format("%s was removed%s%s", Name.c_str(),
                 Users.empty() ? "" : "; its last version still serves ",
                 Users.c_str()));
    else if (!Users.empty())
      T.Out.Notes.push_back(format("the signature of %s changed; %s still "
                                   "calls the old one until rebuilt",
                                   Name.c_str(), Users.c_str()));
  }
}

} // namespace hcr
