// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What generated code calls to register its procs and globals and to find those
// of other modules.
//
// In a reload DatInit000 runs twice. The first time it only tells names, see
// Rehearsal.h; then Bind.cpp decides which symbol each name means, and the
// second time everybody gets the right entries. Code that runs otherwise (the
// start of the program, Init000) is answered at once.
#include "../core/Storage.h"
#include "Program.h"

#include <cstddef>
#include <cstring>
#include <utility>

namespace hcr::nim {

/// The command line is registered under the module of main and asked for under
/// that of `os`: these two are the program's.
static Owner ownerOf(Program &P, std::string_view Module,
                     std::string_view Name) {
  if (Name == "cmdCount" || Name == "cmdLine")
    return nullptr;
  return &P.module(Module);
}

template <class Symbol> static void countIn(Symbol &S, Version &V) {
  if (S.By == &V)
    return;
  S.By = &V;
  ++S.Count;
}

template <class Symbol>
static Symbol &makeSymbol(SymbolTable<Symbol> &Table, Owner Of,
                          const Name &Wanted) {
  uint64_t Number = 1;
  for (Symbol *S = Table.find(Of, Wanted.Key); S; S = S->Next)
    ++Number;
  Symbol &S = *Table.findOrMake(Of, Wanted.Key, Number);
  S.Counter = Wanted.Counter;
  return S;
}

/// The symbol that a name of the current generation means. One that is to be
/// removed had the name before.
template <class Symbol>
static Symbol *findSymbol(SymbolTable<Symbol> &Table, Owner Of,
                          const Name &Wanted) {
  Symbol *Former = nullptr;
  for (Symbol *S = Table.find(Of, Wanted.Key); S; S = S->Next) {
    if (S->Counter != Wanted.Counter)
      continue;
    if (!S->isFree())
      return S;
    Former = S;
  }
  return Former;
}

void *registerProc(Program &P, const char *Module, const char *Raw,
                   void *Body) {
  sys::Guard G(P.Lock);
  Owner Of = ownerOf(P, Module, Raw);
  parse(Raw, P.Scratch);
  if (P.Now == Phase::Rehearsing) {
    P.Check->registerProc(Of, P.Scratch);
    // What DatInit000 finds in its pointer the second time: type infos take
    // their markers before they are registered, and procs of dynamic libraries
    // are registered by what the pointer holds.
    return Body;
  }
  Proc *Known = findSymbol(P.Procs, Of, P.Scratch);
  Proc &S = Known ? *Known : makeSymbol(P.Procs, Of, P.Scratch);
  if (S.By != P.Running)
    P.Running->Procs.push_back(&S);
  countIn(S, *P.Running);
  if (P.Now == Phase::Binding) {
    S.NextBody = Body;
    return entryOf(P, S);
  }
  S.Body = Body;
  void *Entry = entryOf(P, S);
  if (S.Slot)
    storeCell(S.Slot, Body ? Body : noticeOf(P, S));
  return Entry;
}

void *getProc(Program &P, const char *Module, const char *Raw) {
  sys::Guard G(P.Lock);
  Owner Of = ownerOf(P, Module, Raw);
  parse(Raw, P.Scratch);
  if (P.Now == Phase::Rehearsing) {
    P.Check->lookUpProc(Of, P.Scratch);
    return nullptr;
  }
  Proc *Known = findSymbol(P.Procs, Of, P.Scratch);
  return entryOf(P, Known ? *Known : makeSymbol(P.Procs, Of, P.Scratch));
}

/// Which global a registration means: the one of this name, else the next of
/// the key that only versions which go have, in the order of the source.
static Global &claimGlobal(Program &P, Owner Of, const Name &Wanted) {
  Global *First = nullptr;
  for (Global *S = P.Globals.find(Of, Wanted.Key); S; S = S->Next) {
    if (!S->isFree() || S->Expected) {
      if (S->Counter == Wanted.Counter)
        return *S;
      continue;
    }
    // One that lives before one that is gone.
    auto Rank = [](const Global &G) {
      return std::pair(G.Count == 0, G.Counter);
    };
    if (!First || Rank(*S) < Rank(*First))
      First = S;
  }
  if (!First)
    return makeSymbol(P.Globals, Of, Wanted);
  First->Counter = Wanted.Counter;
  return *First;
}

static void allocate(Program &P, Global &S, size_t Size) {
  S.Storage = allocateStorage(Size, alignof(max_align_t));
  S.Size = Size;
  if (S.Storage)
    P.Storage.emplace_back(S.Storage, Size);
}

/// The storage for a version that says it needs Size bytes; true if it is new.
static bool giveStorage(Program &P, Global &S, std::string_view Raw,
                        size_t Size) {
  bool Lives = S.Storage && !S.Gone && !S.Expected;
  if (Lives && isNodeStorage(Raw)) {
    // The same name may be that of another type's nodes now, and objects made
    // before still have their type's.
    if (S.By != P.Running || S.Size != Size)
      allocate(P, S, Size);
    return true;
  }
  bool IsPrograms = !S.Of; // main gives the size of a pointer for cmdCount
  if (Lives && (S.Size == Size || IsPrograms))
    return false;
  if (Lives) {
    // Its type has another layout: what code without the new version still
    // sees must not be overwritten, nor what it refers to be collected.
    P.Notes.push_back(format(
        "the variable '%s' changed its size from %zu to %zu bytes: it begins "
        "anew, code that was not reloaded has the old one",
        sourceName(S.Name).c_str(), S.Size, Size));
    if (S.Marker)
      P.FormerMarkers.push_back(S.Marker);
  }
  if (S.Storage && !Lives && Size <= S.Size)
    memset(S.Storage, 0, S.Size); // everybody's pointers stay right
  else
    allocate(P, S, Size);
  S.Gone = S.Expected = false;
  return true;
}

bool registerGlobal(Program &P, const char *Module, const char *Raw,
                    size_t Size, void (*Marker)(), void **Out) {
  sys::Guard G(P.Lock);
  Owner Of = ownerOf(P, Module, Raw);
  parse(Raw, P.Scratch);
  if (P.Now == Phase::Rehearsing) {
    *Out = P.Check->registerGlobal(Of, P.Scratch, Size);
    return true;
  }
  Global &S = claimGlobal(P, Of, P.Scratch);
  bool IsNew = giveStorage(P, S, Raw, Size);
  if (S.By != P.Running)
    P.Running->Globals.push_back(&S);
  countIn(S, *P.Running);
  S.Claimed = P.Now != Phase::Running;
  storeCell(Out, S.Storage);
  if (Marker && !S.Marker)
    P.Marked.push_back(&S);
  if (Marker)
    S.Marker = Marker;
  return IsNew;
}

/// The compiler numbered anew and wrote the asking module, and not yet the one
/// that is asked: the only global of the key is meant.
static Global *onlyOneOfFormer(Program &P, Owner Of) {
  if (P.Now == Phase::Running || !Of ||
      static_cast<const Module *>(Of)->Generation == P.Generation)
    return nullptr;
  Global *Only = nullptr;
  for (Global *S = P.Globals.find(Of, P.Scratch.Key); S; S = S->Next)
    if (S->defined() && std::exchange(Only, S))
      return nullptr;
  return Only;
}

void *getGlobal(Program &P, const char *Module, const char *Raw) {
  sys::Guard G(P.Lock);
  Owner Of = ownerOf(P, Module, Raw);
  parse(Raw, P.Scratch);
  if (P.Now == Phase::Rehearsing)
    return P.Check->lookUpGlobal(Of, P.Scratch);
  if (Global *S = findSymbol(P.Globals, Of, P.Scratch))
    return S->Storage;
  if (Global *S = onlyOneOfFormer(P, Of))
    return S->Storage;
  // Modules that import each other: room for what will be registered.
  constexpr size_t Room = 4096;
  Global &S = makeSymbol(P.Globals, Of, P.Scratch);
  allocate(P, S, Room);
  S.Expected = true;
  return S.Storage;
}

void markGlobals(Program &P) {
  std::vector<void (*)()> Markers;
  std::vector<void *> Environments;
  {
    sys::Guard G(P.Lock);
    Markers = P.FormerMarkers;
    for (Global *S : P.Marked)
      Markers.push_back(S->Marker);
    for (Version &V : P.Versions)
      for (const auto *List : {&V.Before, &V.After})
        for (const Handler &H : *List)
          Environments.push_back(H.Environment);
  }
  for (void (*Marker)() : Markers)
    Marker();
  for (void *Object : Environments)
    P.Nim.mark(Object);
}

} // namespace hcr::nim
