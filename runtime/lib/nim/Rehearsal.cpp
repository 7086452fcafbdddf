// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Rehearsal.h"

#include "../core/Storage.h"
#include "Program.h"
#include "TypeInfo.h"

#include <algorithm>
#include <cstddef>

namespace hcr::nim {

static std::string idOf(Owner Of, const std::string &Key) {
  std::string Id = Key;
  return Id.append(reinterpret_cast<const char *>(&Of), sizeof(Of));
}

Rehearsal::~Rehearsal() {
  for (const Scratch &S : Storage)
    releaseStorage(S.Storage, S.Size);
}

bool Rehearsal::stays(Owner Of) const {
  return Of && !static_cast<const Module *>(Of)->Next;
}

void Rehearsal::registerProc(Owner Of, const Name &N) {
  Named *&Known = ByKey[idOf(Of, N.Key)];
  if (!Known)
    Known = &Names.emplace_back(Named{Of, N.Key, {}});
  auto &Counters = Known->Counters;
  if (std::find(Counters.begin(), Counters.end(), N.Counter) == Counters.end())
    Counters.push_back(N.Counter);
}

void Rehearsal::lookUpProc(Owner Of, const Name &N) {
  for (Proc *S = P.Procs.find(Of, N.Key); S; S = S->Next)
    // The compiler also looks up procs that nobody ever has.
    if (S->Counter == N.Counter || !S->defined())
      return;
  if (Of)
    NotThere.push_back({P.Running, Of, N.Key, N.Counter});
}

void *Rehearsal::scratch(Owner Of, const Name &N, size_t Size) {
  void *&Known = Globals[idOf(Of, N.Key)];
  if (!Known) {
    Known = allocateStorage(Size, alignof(max_align_t));
    Storage.push_back({Of, N.Key, Known, Size});
  }
  return Known;
}

void *Rehearsal::registerGlobal(Owner Of, const Name &N, size_t Size) {
  return scratch(Of, N, Size);
}

void *Rehearsal::lookUpGlobal(Owner Of, const Name &N) {
  if (auto Known = Globals.find(idOf(Of, N.Key)); Known != Globals.end())
    return Known->second;
  for (Global *S = P.Globals.find(Of, N.Key); S; S = S->Next)
    if (S->Counter == N.Counter)
      return S->Storage;
  if (stays(Of))
    NotThere.push_back({P.Running, Of, N.Key, N.Counter});
  return scratch(Of, N, LargestTypeInfo);
}

Error Rehearsal::checkTypes(std::vector<std::string> &Notes) const {
  for (const Scratch &S : Storage) {
    const Global *Live = P.Globals.find(S.Of, S.Key);
    std::string_view Name = typeName(S.Key);
    if (Name.empty() || !Live || !Live->Storage)
      continue;
    std::string Changed = differenceOf(Live->Storage, S.Storage);
    if (Changed.empty())
      continue;
    std::string Text =
        format("the type '%s' %s while objects of it may be in use",
               std::string(Name).c_str(), Changed.c_str());
    if (!P.Settings.AcceptTypes)
      return Error(Text + "; undo the change, restart the program, or set "
                          "HCR_TYPES=warn");
    Notes.push_back(std::move(Text));
  }
  return Error();
}

bool Rehearsal::cameLater(const Missing &M) const {
  auto Named = ByKey.find(idOf(M.Of, M.Key));
  if (Named == ByKey.end())
    return false;
  auto &Counters = Named->second->Counters;
  return std::find(Counters.begin(), Counters.end(), M.Counter) !=
         Counters.end();
}

Error Rehearsal::check(std::vector<std::string> &Notes) const {
  for (const Missing &M : NotThere) {
    if (cameLater(M))
      continue;
    const auto &Of = *static_cast<const Module *>(M.Of);
    return Error(format("%s: needs '%s', which %s does not have; %s",
                        moduleName(M.By->Of->Path).c_str(),
                        sourceName(M.Key).c_str(), moduleName(Of.Path).c_str(),
                        &Of == P.Root
                            ? "it is the main module, restart the program"
                            : "compile the program again"));
  }
  return checkTypes(Notes);
}

} // namespace hcr::nim
