// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the runtime knows about every function and variable: docs/Abi.md,
// "Identity of a symbol". Symbols are never deleted; one that nobody defines
// any more is kept, so that it has the same address when it comes back.
#ifndef HCR_CORE_SYMBOLS_H
#define HCR_CORE_SYMBOLS_H

#include "../arch/Records.h"
#include "../arch/Stubs.h"
#include "Cells.h"
#include "Hash.h"
#include "Virtuals.h"

#include <hcr-abi/Tables.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>

namespace hcr {

struct Module;

/// Who shares the name: null the program, else an Image (hidden symbols) or a
/// Module (internal linkage). Only compared, never followed.
using Owner = const void *;

/// How many module versions define a symbol: now, and what the reload in
/// progress will change.
struct Definitions {
  Module *Definer = nullptr; // the last one to define it
  uint32_t Count = 0;
  uint32_t Adds = 0, Drops = 0;  // staged
  bool Touched = false;          // listed by the transaction
  Module *NextDefiner = nullptr; // staged: who brings the next body or storage

  bool defined() const { return Count > 0; }
  uint32_t countNext() const { return Count + Adds - Drops; }
  bool definedNext() const { return countNext() > 0; }
  bool goes() const { return defined() && !definedNext(); }
};

/// How a function's current definition stands to others of the name.
enum class Strength : uint8_t {
  Strong,
  Weak,   // any strong one takes its place (Weak.cpp)
  Foreign // nothing to reload: the linker chose code without tables
};

/// How a function is called. The pass tells it from IR, the clang plugin, for
/// functions of C, from the source; what one side does not know (0) matches.
struct CallType {
  uint64_t Ir = 0, Source = 0;

  CallType(uint64_t Ir, uint64_t Source = 0) : Ir(Ir), Source(Source) {}
  bool operator==(const CallType &) const = default;
  bool matches(const CallType &Other) const {
    auto Agree = [](uint64_t A, uint64_t B) { return A == B || !A || !B; };
    return Agree(Ir, Other.Ir) && Agree(Source, Other.Source);
  }
};

template <class Row> CallType callTypeOf(const Row &R) {
  return {R.Signature, R.Type};
}

/// The definition of a function that is in force.
struct BodyState {
  void *Body = nullptr; // what every slot holds
  uint64_t BodyHash = 0;
  uint64_t Type = 0; // of CallType, from the source
  Strength Is = Strength::Strong;
};

struct ProcSymbol : Definitions, BodyState {
  std::string_view Name;
  Owner Of = nullptr;
  ProcSymbol *Next = nullptr; // same name and owner, another signature
  uint64_t Signature = 0;     // of CallType, from IR
  uint32_t Flags = 0;
  bool HasWeak = false;  // some module has, or had, a weak definition
  void *Entry = nullptr; // null: nobody needed one yet
  Cells Slots;
  Cells Addresses;        // of weak imports that nobody defined so far
  void *Notice = nullptr; // entry that reports a call after removal
  arch::NoticeCell *NoticeCell = nullptr;
  ProcSymbol *NextReported = nullptr;
  uintptr_t ReportedFrom = 0; // return address of that call
  intptr_t RemovedIn = 0;     // the generation that removed it
  void *Thunk = nullptr;      // entry that notes how it was called
  arch::ThunkCell *ThunkCell = nullptr;
  bool IsThunked = false; // its slots get that by the reload in progress

  // Staged by the reload in progress.
  void *NextBody = nullptr;
  uint64_t NextHash = 0, NextType = 0;
  Strength NextIs = Strength::Strong;
  ProcSymbol *From = nullptr; // had another scope so far (`static` added)
  ProcSymbol *To = nullptr;

  void *bodyNext() const { return NextDefiner ? NextBody : Body; }
  CallType callType() const { return {Signature, Type}; }
  void setCallType(CallType T) { Signature = T.Ir, Type = T.Source; }
  CallType callTypeNext() const {
    return {Signature, NextDefiner ? NextType : Type};
  }
};

/// What the definition in force says of a variable, and where it is.
struct VariableState {
  void *Storage = nullptr;
  uint64_t Size = 0, InitialHash = 0, Layout = 0;
  const HcrType *Type = nullptr; // of a linked program, or the runtime's copy
  uint32_t Flags = 0;
  /// Its initialiser did not finish: the next version runs its own.
  bool Lost = false;
  /// Runs the destructor, unless it has run; null: there is none.
  void (*Destroy)(void) = nullptr;
};

struct GlobalSymbol : Definitions, VariableState {
  std::string_view Name;
  Owner Of = nullptr;
  GlobalSymbol *Next = nullptr; // always null: variables have no signature
  uint64_t Signature = 0;       // always 0
  Cells Pointers;
  void (*Marker)(void) = nullptr;      // Nim's garbage collector roots
  std::unique_ptr<VirtualShape> Shape; // of vtables

  // By the reload in progress.
  VariableState Staged;
  GlobalSymbol *From = nullptr, *To = nullptr;

  void *storageNext() const { return NextDefiner ? Staged.Storage : Storage; }
  CallType callType() const { return 0; }
  void setCallType(CallType) {}
};

/// (owner, name) to the chain of symbols that differ in signature. Open
/// addressing: a program of 5,000 modules has 100,000 symbols.
template <class Symbol> class SymbolTable {
public:
  /// The first of the chain, null if the name is unknown to the owner.
  Symbol *find(Owner Of, std::string_view Name) const {
    if (Slots.empty())
      return nullptr;
    uint64_t Hash = hashOf(Of, Name);
    for (size_t I = Hash & Mask;; I = (I + 1) & Mask) {
      if (!Slots[I].First)
        return nullptr;
      if (Slots[I].Hash == Hash && Slots[I].First->Of == Of &&
          Slots[I].First->Name == Name)
        return Slots[I].First;
    }
  }

  Symbol *find(Owner Of, std::string_view Name, CallType Type) const {
    Symbol *Match = nullptr;
    for (Symbol *S = find(Of, Name); S; S = S->Next) {
      // An exact match wins over one that merely does not contradict, and of
      // those one that has a definition.
      if (S->callType() == Type)
        return S;
      if (S->callType().matches(Type) &&
          (!Match || (!Match->defined() && S->defined())))
        Match = S;
    }
    return Match;
  }

  Symbol *findOrMake(Owner Of, std::string_view Name, CallType Type) {
    if (Symbol *S = find(Of, Name, Type)) {
      if (!S->Signature)
        S->Signature = Type.Ir;
      return S;
    }
    Symbol &Made = All.emplace_back();
    Made.Name = keep(Name);
    Made.Of = Of;
    Made.setCallType(Type);
    if (Symbol *First = find(Of, Name)) {
      Made.Next = First->Next;
      First->Next = &Made;
    } else {
      insert(hashOf(Of, Name), &Made);
    }
    return &Made;
  }

  size_t size() const { return All.size(); }
  template <class Function> void forEach(Function F) {
    for (Symbol &S : All)
      F(S);
  }

private:
  struct Slot {
    uint64_t Hash = 0;
    Symbol *First = nullptr;
  };

  static uint64_t hashOf(Owner Of, std::string_view Name) {
    return hashBytes(Name.data(), Name.size(), reinterpret_cast<uintptr_t>(Of));
  }

  /// Names are copied: the image that told one may be unmapped later.
  std::string_view keep(std::string_view Name) {
    constexpr size_t ChunkSize = 64 * 1024;
    if (Name.size() > Free) {
      Free = Name.size() > ChunkSize ? Name.size() : ChunkSize;
      Names.push_back(std::make_unique<char[]>(Free));
      At = Names.back().get();
    }
    char *Copy = At;
    Name.copy(Copy, Name.size());
    At += Name.size();
    Free -= Name.size();
    return {Copy, Name.size()};
  }

  void insert(uint64_t Hash, Symbol *S) {
    if (Used * 3 >= Slots.size() * 2)
      grow();
    place(Hash, S);
    ++Used;
  }
  void place(uint64_t Hash, Symbol *S) {
    size_t I = Hash & Mask;
    while (Slots[I].First)
      I = (I + 1) & Mask;
    Slots[I] = {Hash, S};
  }
  void grow() {
    std::vector<Slot> Before = std::move(Slots);
    Slots = std::vector<Slot>(Before.empty() ? 256 : Before.size() * 2);
    Mask = Slots.size() - 1;
    for (const Slot &S : Before)
      if (S.First)
        place(S.Hash, S.First);
  }

  std::vector<Slot> Slots;
  size_t Mask = 0, Used = 0;
  std::deque<Symbol> All;
  std::vector<std::unique_ptr<char[]>> Names;
  char *At = nullptr;
  size_t Free = 0;
};

} // namespace hcr

#endif
