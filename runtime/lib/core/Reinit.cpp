// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A variable that lives gets a new value: HCR_REINIT and `hcr reload --reinit`.
//
//   destroy   the old object's destructor, in the old version's code
//   fill      the storage with the constant part of the initial value, the
//             guard with 0, the freshness byte with 1
//   Init000   runs the initialisers of all variables that are fresh
//
// All of it before the commit, so new code finds the new value; old code on
// other threads may see the change happen. A destructor cannot be taken back:
// if the constructor throws then, the variable has no object until the next
// version of its module initialises it. What has no destructor keeps its bytes.
#include "Transaction.h"

#include <algorithm>
#include <cstring>

namespace hcr {

// -- Names ------------------------------------------------------------------

static bool isVariable(const GlobalSymbol &S) {
  return S.defined() && S.Storage && !(S.Flags & HCR_GLOBAL_CONSTANT) &&
         S.Definer;
}

std::string variableName(std::string_view Symbol) {
  // `Text[abi:cxx11]`: no part of what the source calls it.
  std::string Name = demangle(Symbol);
  for (size_t At; (At = Name.find("[abi:")) != std::string::npos;)
    Name.erase(At, Name.find(']', At) - At + 1);
  return Name;
}

/// `file.c:name`, where name is internal to its module.
static std::string qualified(const GlobalSymbol &S) {
  return S.Definer->Name + ":" + variableName(S.Name);
}

static bool isMeant(const GlobalSymbol &S, std::string_view Name) {
  if (S.Name == Name || variableName(S.Name) == Name)
    return true;
  // The module's name may hold colons, the variable's may, too.
  const std::string &Module = S.Definer->Name;
  if (!Name.starts_with(Module) || Name.substr(Module.size(), 1) != ":")
    return false;
  Name.remove_prefix(Module.size() + 1);
  return S.Name == Name || variableName(S.Name) == Name;
}

Error findVariable(Runtime &R, std::string_view Name, GlobalSymbol *&Found) {
  Found = nullptr;
  std::string All;
  unsigned Count = 0;
  R.Globals.forEach([&](GlobalSymbol &S) {
    if (!isVariable(S) || !isMeant(S, Name))
      return;
    Found = &S;
    All += (Count++ ? ", " : "") + qualified(S);
  });
  std::string Text(Name);
  if (!Count)
    return Error(format("there is no variable '%s' in the program; constants "
                        "have no value to keep",
                        Text.c_str()));
  if (Count > 1)
    return Error(format("'%s' is the name of %u variables: %s; give one of "
                        "these",
                        Text.c_str(), Count, All.c_str()));
  return Error();
}

/// What follows `_ZGV` and `_ZGR` in the names of a variable's guard and of its
/// temporaries.
static std::string encodingOf(std::string_view Variable) {
  if (Variable.starts_with("_Z"))
    return std::string(Variable.substr(2));
  return std::to_string(Variable.size()) + std::string(Variable);
}

static bool isGuardOf(std::string_view Name, std::string_view Encoding) {
  return Name.starts_with("_ZGV") && Name.substr(4) == Encoding;
}

static bool isTemporaryOf(std::string_view Name, std::string_view Encoding) {
  if (!Name.starts_with("_ZGR") || !Name.ends_with("_") ||
      !Name.substr(4).starts_with(Encoding))
    return false;
  Name.remove_prefix(4 + Encoding.size());
  return Name.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
         Name.size() - 1;
}

// -- Staging ----------------------------------------------------------------

void stageValue(Transaction &T, Version &V, const HcrGlobal &G,
                const GlobalSymbol &Before) {
  bool Changed = G.InitialHash != Before.InitialHash;
  bool IsWanted =
      std::find(T.Wanted.begin(), T.Wanted.end(), &Before) != T.Wanted.end();
  if (IsWanted || Before.Lost || (Changed && (G.Flags & HCR_GLOBAL_REINIT)))
    T.Reinits.push_back(
        {&V, V.Globals.size() - 1, Before.Destroy, Before.InitialHash});
  else if (Changed)
    T.Out.Notes.push_back(
        format("initial value of %s changed; the variable keeps its value",
               variableName(nameOf(G.Name)).c_str()));
}

Error checkWanted(Transaction &T) {
  for (const GlobalSymbol *S : T.Wanted) {
    bool Staged =
        std::any_of(T.Reinits.begin(), T.Reinits.end(), [&](const Reinit &R) {
          const GlobalSymbol *Next = R.V->Globals[R.Row];
          return Next == S || Next->From == S;
        });
    if (!Staged)
      return Error(format("the variable '%s' cannot be initialised anew: the "
                          "new version of %s does not define it",
                          variableName(S->Name).c_str(),
                          S->Definer->Name.c_str()));
  }
  return Error();
}

// -- Doing it ---------------------------------------------------------------

namespace {

/// A variable and what Clang made beside it: its guard, its temporaries.
template <class Function> void forGroup(const Reinit &R, Function F) {
  auto Globals = globalsOf(*R.V->Table);
  std::string Encoding = encodingOf(nameOf(Globals[R.Row].Name));
  for (size_t I = 0; I < Globals.size(); ++I) {
    std::string_view Name = nameOf(Globals[I].Name);
    if (I == R.Row || isGuardOf(Name, Encoding) ||
        isTemporaryOf(Name, Encoding))
      F(I, Globals[I], *R.V->Globals[I]);
  }
}

/// A function-local static whose initialiser is inside the function.
bool isLazy(const Reinit &R) {
  bool HasGuard = false;
  forGroup(R, [&](size_t, const HcrGlobal &G, GlobalSymbol &) {
    HasGuard |= nameOf(G.Name).starts_with("_ZGV");
  });
  return HasGuard && !follow(globalsOf(*R.V->Table)[R.Row].Fresh);
}

} // namespace

static void destroy(Transaction &T, Reinit &R) {
  forGroup(R, [&](size_t I, const HcrGlobal &G, GlobalSymbol &S) {
    auto *Destroy = I == R.Row ? R.Destroy : S.Destroy;
    R.HasDestructor |= Destroy != nullptr;
    if (Destroy && !callUser(Destroy))
      T.Out.Notes.push_back(format("the destructor of %s threw an exception; "
                                   "it was swallowed",
                                   variableName(nameOf(G.Name)).c_str()));
  });
}

static void fill(Transaction &T, const Reinit &R) {
  forGroup(R, [&](size_t I, const HcrGlobal &G, GlobalSymbol &S) {
    void *Storage = S.storageNext();
    const void *Initial = follow(G.Initial);
    if (!Storage || !Initial || Storage == Initial || !R.V->Lived[I])
      return;
    if (!R.HasDestructor)
      if (void *Copy = allocateStorage(G.Size, alignof(max_align_t))) {
        memcpy(Copy, Storage, G.Size);
        T.Kept.push_back({&R, Storage, Copy, G.Size});
      }
    memcpy(Storage, Initial, G.Size);
    if (auto *Fresh = follow<uint8_t>(G.Fresh))
      *Fresh = 1;
  });
}

void beginReinit(Transaction &T) {
  for (size_t I = T.Reinits.size(); I-- > 0;)
    destroy(T, T.Reinits[I]);
  for (const Reinit &R : T.Reinits)
    fill(T, R);
}

size_t freshOnes(const Version &V) {
  size_t Count = 0;
  if (V.Table)
    for (const HcrGlobal &G : globalsOf(*V.Table))
      if (auto *Fresh = follow<uint8_t>(G.Fresh))
        Count += *Fresh == 1;
  return Count;
}

static bool isStillFresh(const HcrGlobal &G) {
  auto *Fresh = follow<uint8_t>(G.Fresh);
  return Fresh && *Fresh;
}

static void lose(Transaction &T, Version &V, const HcrGlobal &G,
                 GlobalSymbol &S) {
  S.Staged.Lost = true;
  T.Out.Notes.push_back(
      format("%s has no value: its initialiser did not finish; the next "
             "version of %s initialises it",
             variableName(nameOf(G.Name)).c_str(), V.Of->Name.c_str()));
}

static void finish(Transaction &T, const Reinit &R) {
  const HcrGlobal &G = globalsOf(*R.V->Table)[R.Row];
  GlobalSymbol &S = *R.V->Globals[R.Row];
  std::string Name = variableName(nameOf(G.Name));
  bool HasCopy = false;
  bool Failed = isStillFresh(G);
  for (const KeptBytes &K : T.Kept)
    if (K.Of == &R) {
      HasCopy = true;
      if (Failed)
        memcpy(K.Storage, K.Copy, K.Size);
    }
  if (!Failed) {
    T.Out.Notes.push_back(
        Name + (isLazy(R)
                    ? " gets its initial value when its function runs next"
                    : " has its new initial value"));
    return;
  }
  if (!HasCopy)
    return lose(T, *R.V, G, S);
  S.Staged.InitialHash = R.Hash;
  T.Out.Notes.push_back(format("%s keeps its value: its initialiser did not "
                               "finish",
                               Name.c_str()));
}

void endReinit(Transaction &T) {
  sys::Guard Lock(T.R.Lock);
  for (const Reinit &R : T.Reinits)
    finish(T, R);
  for (Version *V : T.Versions) {
    if (!V->Table || !V->Init) // start-up code runs it
      continue;
    auto Globals = globalsOf(*V->Table);
    for (size_t I = 0; I < Globals.size(); ++I)
      if (!V->Lived[I] && isStillFresh(Globals[I]))
        lose(T, *V, Globals[I], *V->Globals[I]);
  }
  for (const KeptBytes &K : T.Kept)
    releaseStorage(K.Copy, K.Size);
  T.Kept.clear();
}

} // namespace hcr
