// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A variable that lives gets the layout of its new version.
//
//   check    a plan member by member (CopyPlan.h); everybody who uses the
//            variable knows the new layout after this reload, or none at all
//   bind     new code refers to new storage already; old code to the old one
//   commit   with all threads held:
//              no frame is active of code that uses the variable or its type
//              no pointer into the old storage is found in memory
//              the new storage gets the new initial value, then what is kept
//              pointers and slots of all modules are stored
//
// The storage always moves, so until the last moment nothing was touched.
// Afterwards there is no way back (decision 0006). Old code cannot look at the
// old value any more: it is not active (its functions that use the variable
// were not on any stack), and who calls it anew is led to the new code. `main`
// is always active, so it must use neither the variable nor its type. The
// tables say which function uses what.
#include "ActiveCode.h"
#include "Transaction.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>

namespace hcr {

// -- Check ------------------------------------------------------------------

static Error refuse(const Version &V, const HcrGlobal &G, uint64_t SizeBefore,
                    const HcrType *Before, const HcrType *After,
                    const std::string &Why) {
  std::string Text = Why.empty() ? Why : "its value cannot be kept: " + Why;
  return G.Size != SizeBefore
             ? sizeChanged(V, G, SizeBefore, Before, After, Text)
             : layoutChanged(V, G, Before, After, Text);
}

static Error refuse(const Migration &M, const std::string &Why) {
  return refuse(*M.V, globalsOf(*M.V->Table)[M.Row], M.S->Size, M.Before,
                M.After, Why);
}

/// The initial value is made by code, which does not run again.
static bool isMadeByCode(const Version &V, const HcrGlobal &G) {
  if (follow(G.Fresh))
    return true;
  std::string_view Name = nameOf(G.Name);
  std::string Guard =
      "_ZGV" + (Name.starts_with("_Z")
                    ? std::string(Name.substr(2))
                    : std::to_string(Name.size()) + std::string(Name));
  for (const HcrGlobal &Other : globalsOf(*V.Table))
    if (nameOf(Other.Name) == Guard)
      return true;
  return false;
}

static std::string whyFixed(const Transaction &T, const HcrGlobal &G,
                            const GlobalSymbol &S, const GlobalSymbol &Before) {
  if (!T.CanMigrate)
    return "modules are being added";
  if (&S != &Before)
    return "it changed its scope at the same time";
  if (Before.Flags & (HCR_GLOBAL_ALIAS | HCR_GLOBAL_DIRECT))
    return "code uses it by its symbol";
  if ((G.Flags & HCR_GLOBAL_REINIT) && G.InitialHash != Before.InitialHash)
    return "HCR_REINIT gives it a new one at the same time";
  if (std::find(T.Wanted.begin(), T.Wanted.end(), &Before) != T.Wanted.end())
    return "it is to be initialised anew at the same time";
  if (Before.Lost)
    return "it has none";
  return {};
}

Error stageMigration(Transaction &T, Version &V, const HcrGlobal &G,
                     GlobalSymbol &S, const GlobalSymbol &Before) {
  const HcrType *Type = typeOf(T, V, G), *Was = Before.Type;
  if (!Type || !Was || Type->Layout == Was->Layout)
    return refuse(V, G, Before.Size, Was, Type, {});
  if (std::string Why = whyFixed(T, G, S, Before); !Why.empty())
    return refuse(V, G, Before.Size, Was, Type, Why);
  Migration M = {&S, &V, V.Globals.size() - 1, Was, Type, {}};
  if (Error E = M.Plan.make(*Was, *Type, T.Functions))
    return refuse(V, G, Before.Size, Was, Type, E.text());
  if (M.Plan.hasNewParts() && isMadeByCode(V, G))
    return refuse(V, G, Before.Size, Was, Type,
                  "its new members get their values by code that made the "
                  "variable, which does not run again");
  S.Staged.Storage = allocateStorage(G.Size, G.Align);
  if (!S.Staged.Storage)
    return Error(format("%s: no memory for the variable '%s'",
                        V.Of->Name.c_str(), variableName(S.Name).c_str()));
  T.NewStorage.emplace_back(S.Staged.Storage, G.Size);
  T.Migrations.push_back(std::move(M));
  return Error();
}

namespace {

/// How a table refers to a variable.
struct Reference {
  const HcrGlobal *Row = nullptr;
  const HcrGlobalImport *Import = nullptr;
  explicit operator bool() const { return Row || Import; }
  uint32_t flags() const { return Row ? Row->Flags : Import->Flags; }
};

Reference referenceTo(Runtime &R, const Version &V, const GlobalSymbol &S) {
  if (!V.Table)
    return {};
  for (const HcrGlobal &G : globalsOf(*V.Table))
    if (nameOf(G.Name) == S.Name && ownerFor(G.Flags, *V.Of) == S.Of &&
        !(G.Flags & HCR_GLOBAL_CONSTANT))
      return {&G, nullptr};
  for (const HcrGlobalImport &I : globalImportsOf(*V.Table))
    if (nameOf(I.Name) == S.Name && findGlobal(R, *V.Of, S.Name) == &S)
      return {nullptr, &I};
  return {};
}

/// Whether a module that is not replaced knows a layout of the variable.
Error checkUser(Transaction &T, const Migration &M, const Module &User) {
  Reference Ref = referenceTo(T.R, *User.Current, *M.S);
  if (!Ref)
    return Error();
  // With types, it would be among those that have the old layout.
  if (!Ref.Row && (User.Current->Table->Flags & HCR_MODULE_TYPED))
    return Error();
  return refuse(
      M, format("%s uses it, too, and is not built again", User.Name.c_str()));
}

} // namespace

Error checkMigrations(Transaction &T) {
  if (T.Migrations.empty())
    return Error();
  for (const Migration &M : T.Migrations) {
    for (const auto &User : T.R.Loaded.All)
      if (User->Current && versionNext(T, *User) == User->Current)
        if (Error E = checkUser(T, M, *User))
          return E;
    // What the linker put into constants of the program stays there, whether
    // its module was replaced or not.
    Error Placed;
    T.R.Loaded.forEachVersion([&](const Version &V) {
      if (!V.Permanent || !V.isHost() || Placed)
        return;
      if (Reference Ref = referenceTo(T.R, V, *M.S);
          Ref && (Ref.flags() & HCR_GLOBAL_PLACED))
        Placed = refuse(M, format("constants or direct code of %s hold its "
                                  "address",
                                  V.Of->Name.c_str()));
    });
    if (Placed)
      return Placed;
    T.Out.Notes.push_back(
        format("the layout of %s changed; what it holds was kept",
               variableName(M.S->Name).c_str()));
  }
  return Error();
}

// -- Commit -----------------------------------------------------------------

namespace {

struct Blocked {
  enum { Nothing, Code, Pointer, Changed } By = Nothing;
  const hcr::Code *Where = nullptr;
  const Migration *M = nullptr;
  uintptr_t At = 0;
  int Thread = 0;
};

class Mover {
public:
  Mover(Transaction &T) : T(T), Memory(T.R, T.StackTop) {}
  /// Waits until everything could be done.
  Error wait();
  /// Does it, if it can be done; waits, too.
  Error run();

private:
  struct Watch {
    const Version *V;
    std::vector<uint32_t> Rows; // functions that use what changes
  };

  Error prepare();
  bool isWatched(const ChangedType &C) const;
  bool uses(const Version &V, uint32_t What) const;
  Error refuse(const std::string &Why, const Migration *M = nullptr) const;
  void watchVersions();
  void listCells();
  void listCell(const HcrRel &Field);
  void fill();
  Error callFunctions();
  bool tryOnce(bool Commits, std::string &Why);
  void look();
  void lookEverywhere();
  const Migration *pointedTo(uintptr_t Word, uintptr_t At) const;
  void note(const Blocked &B);
  void copyAndCommit();
  bool mayPass(uint64_t Since) const;
  Error refusal() const;
  Error loop(bool Commits);

  Transaction &T;
  Scan Memory;
  CodeMap Map;
  std::vector<Watch> Watches;
  const Version *MainIs = nullptr;
  mutable const ChangedType *Used = nullptr; // the last that uses() found
  std::vector<uintptr_t> Known; // places that may hold the old address
  std::vector<std::pair<Cell, const Migration *>> Alive;
  std::vector<std::vector<char>> Before; // of those with functions
  uintptr_t Lowest = ~uintptr_t(0), Highest = 0;
  Blocked Found;
};

bool isInside(const Migration &M, uintptr_t Word) {
  auto Begin = reinterpret_cast<uintptr_t>(M.S->Storage);
  return Word >= Begin && Word - Begin < std::max<uint64_t>(M.S->Size, 1);
}

/// Without variables, objects may still be on stacks.
bool Mover::isWatched(const ChangedType &C) const {
  return C.IsMigrated || !T.R.Settings.AcceptTypes;
}

bool Mover::uses(const Version &V, uint32_t What) const {
  const HcrModuleTable &Table = *V.Table;
  uint32_t Value = What & HCR_USE_MASK;
  auto IsMigrated = [&](std::string_view Name, const auto &Test) {
    for (const Migration &M : T.Migrations)
      if (M.S->Name == Name && Test(*M.S))
        return true;
    return false;
  };
  auto IsType = [&](const auto &Test) {
    for (const ChangedType &C : T.ChangedTypes)
      if (isWatched(C) && Test(C)) {
        Used = &C;
        return true;
      }
    return false;
  };
  switch (What >> HCR_USE_SHIFT) {
  case HCR_USE_GLOBAL: {
    if (Value >= Table.GlobalCount)
      return false;
    const HcrGlobal &G = globalsOf(Table)[Value];
    return IsMigrated(nameOf(G.Name), [&](const GlobalSymbol &S) {
      return ownerFor(G.Flags, *V.Of) == S.Of;
    });
  }
  case HCR_USE_GLOBAL_IMPORT: {
    if (Value >= Table.GlobalImportCount)
      return false;
    std::string_view Name = nameOf(globalImportsOf(Table)[Value].Name);
    return IsMigrated(Name, [&](const GlobalSymbol &S) {
      return findGlobal(T.R, *V.Of, Name) == &S;
    });
  }
  case HCR_USE_TYPE: {
    if (Value >= Table.UsedTypeCount)
      return false;
    const HcrUsedType &U = usedTypesOf(Table)[Value];
    return IsType([&](const ChangedType &C) {
      return C.Name == nameOf(U.Name) &&
             (C.IsMigrated ? C.After != U.Layout : C.had(U.Layout));
    });
  }
  default:
    return IsType([&](const ChangedType &C) {
      return Value ? C.SizeBefore == Value : C.HasBases;
    });
  }
}

Error Mover::refuse(const std::string &Why, const Migration *M) const {
  if (!M && !T.Migrations.empty())
    M = &T.Migrations.front();
  if (M)
    return hcr::refuse(*M, Why);
  const ChangedType &C = Used ? *Used : T.ChangedTypes.front();
  return Error(
      format("%s: the layout of the type %s changed, and objects of it "
             "may be in use: %s; undo the change, restart the program, "
             "or, if there are none, allow it with HCR_TYPES=warn (hcr "
             "run --types=warn)",
             C.In->Name.c_str(), C.Name.c_str(), Why.c_str()));
}

/// Functions of all versions but the new ones; R.Lock is held.
void Mover::watchVersions() {
  const ChangedType *OfMain = nullptr;
  T.R.Loaded.forEachVersion([&](const Version &V) {
    if (!V.Table || V.Of->Next == &V)
      return;
    Watch W = {&V, {}};
    for (const HcrUse &U : usesOf(*V.Table))
      if ((W.Rows.empty() || W.Rows.back() != U.Proc) &&
          U.Proc < V.Table->ProcCount && uses(V, U.What)) {
        W.Rows.push_back(U.Proc);
        if (V.Permanent && nameOf(procsOf(*V.Table)[U.Proc].Name) == "main") {
          MainIs = &V;
          OfMain = Used;
        }
      }
    if (!W.Rows.empty())
      Watches.push_back(std::move(W));
  });
  if (MainIs)
    Used = OfMain;
}

void Mover::listCell(const HcrRel &Field) {
  Cell C = cellOf(Field);
  if (!C)
    return;
  auto Value = reinterpret_cast<uintptr_t>(loadCell(C));
  for (const Migration &M : T.Migrations)
    if (isInside(M, Value))
      Known.push_back(reinterpret_cast<uintptr_t>(C));
}

/// Where pointers to the old storage are that old code alone looks at, or that
/// are stored at the commit; R.Lock is held.
void Mover::listCells() {
  Known.clear();
  Alive.clear();
  T.R.Loaded.forEachVersion([&](const Version &V) {
    if (!V.Table)
      return;
    for (const HcrGlobal &G : globalsOf(*V.Table))
      listCell(G.Pointer);
    for (const HcrGlobalImport &I : globalImportsOf(*V.Table))
      listCell(I.Pointer);
  });
  for (const Migration &M : T.Migrations)
    if (GlobalSymbol *Flag =
            T.R.Globals.find(M.S->Of, std::string(M.S->Name) + ".alive"))
      if (Cell C = static_cast<Cell>(Flag->Storage);
          C && loadCell(C) == M.S->Storage) {
        Alive.emplace_back(C, &M);
        Known.push_back(reinterpret_cast<uintptr_t>(C));
      }
  std::sort(Known.begin(), Known.end());
}

/// The new initial values.
void Mover::fill() {
  for (const Migration &M : T.Migrations) {
    const HcrGlobal &G = globalsOf(*M.V->Table)[M.Row];
    if (const void *Initial = follow(G.Initial))
      memcpy(M.S->Staged.Storage, Initial, G.Size);
  }
}

/// User code, while the other threads run. What they change meanwhile makes it
/// run again.
Error Mover::callFunctions() {
  Before.resize(T.Migrations.size());
  for (size_t I = 0; I < T.Migrations.size(); ++I) {
    const Migration &M = T.Migrations[I];
    if (!M.Plan.hasCalls())
      continue;
    auto *Old = static_cast<const char *>(M.S->Storage);
    Before[I].assign(Old, Old + M.S->Size);
    if (!M.Plan.call(Old, M.S->Staged.Storage))
      return refuse("the function of HCR_MIGRATE threw an exception", &M);
  }
  return Error();
}

/// The function to name rather than what its frame holds.
void Mover::note(const Blocked &B) {
  if (Found.By == Blocked::Nothing ||
      (Found.By == Blocked::Pointer && B.By == Blocked::Code))
    Found = B;
}

/// A word that is an address in an old storage, at a place that is not known.
const Migration *Mover::pointedTo(uintptr_t Word, uintptr_t At) const {
  if (Word < Lowest || Word >= Highest)
    return nullptr;
  for (const Migration &M : T.Migrations)
    if (isInside(M, Word) &&
        !std::binary_search(Known.begin(), Known.end(), At))
      return &M;
  return nullptr;
}

void Mover::look() {
  Memory.stacks([&](uintptr_t Word, uintptr_t At) {
    Map.onStack(Word, [&](const hcr::Code &C) {
      note({Blocked::Code, &C, nullptr, At, Memory.threadAt(At)});
    });
    if (const Migration *M = pointedTo(Word, At))
      note({Blocked::Pointer, nullptr, M, At, Memory.threadAt(At)});
  });
  if (!T.Migrations.empty())
    lookEverywhere();
}

/// Also at stacks that no thread is on just now.
void Mover::lookEverywhere() {
  auto AskPointer = [&](uintptr_t Word, uintptr_t At) {
    if (const Migration *M = pointedTo(Word, At))
      note({Blocked::Pointer, nullptr, M, At, 0});
  };
  Memory.memory([&](uintptr_t Word, uintptr_t At) {
    Map.inMemory(Word, [&](const hcr::Code &C) {
      note({Blocked::Code, &C, nullptr, At, 0});
    });
    AskPointer(Word, At);
  });
  Memory.readOnlyData(AskPointer);
  for (size_t I = 0; I < Before.size(); ++I)
    if (const Migration &M = T.Migrations[I];
        M.Plan.hasCalls() &&
        memcmp(Before[I].data(), M.S->Storage, M.S->Size) != 0)
      note({Blocked::Changed, nullptr, &M, 0, 0});
}

/// Nothing is allocated here: the other threads are held.
void Mover::copyAndCommit() {
  for (const Migration &M : T.Migrations)
    M.Plan.copy(M.S->Storage, M.S->Staged.Storage);
  for (auto [Flag, M] : Alive)
    storeCell(Flag, M->S->Staged.Storage);
  commitVtables(T);
  commit(T);
}

bool Mover::tryOnce(bool Commits, std::string &Why) {
  sys::Guard G(T.R.Lock);
  Found = {};
  listCells();
  if (Commits)
    prepareStores(T);
  Stopwatch Watch(Commits ? T.Out.Took.Commit : T.Out.Took.Check);
  if (!Memory.hold(Why))
    return false;
  look();
  bool IsFree = Found.By == Blocked::Nothing;
  if (IsFree && Commits)
    copyAndCommit();
  Memory.release();
  return IsFree;
}

/// Whether it may be over soon: what this thread itself is in the middle of is
/// not.
bool Mover::mayPass(uint64_t Since) const {
  constexpr uint64_t Longest = 1'000'000'000, Short = 200'000'000; // ns
  if (Found.Thread == sys::currentThread() ||
      (Found.By == Blocked::Pointer && !Found.Thread))
    return false;
  return sys::now() - Since < (T.StackTop ? Short : Longest);
}

Error Mover::refusal() const {
  std::string On = Found.Thread ? format("thread %d", Found.Thread)
                                : format("a stack at %#" PRIxPTR, Found.At);
  if (Found.By == Blocked::Code) {
    std::string Name = CodeMap::sourceName(*Found.Where);
    return refuse(format("%s of %s, which uses the old layout, is running on "
                         "%s; let it return before the reload",
                         Name.c_str(), Found.Where->Of->Of->Name.c_str(),
                         On.c_str()));
  }
  if (Found.By == Blocked::Changed)
    return refuse("other threads change it all the time", Found.M);
  std::string Holder;
  T.R.Globals.forEach([&](GlobalSymbol &S) {
    auto Begin = reinterpret_cast<uintptr_t>(S.Storage);
    if (S.defined() && Begin && Found.At >= Begin && Found.At - Begin < S.Size)
      Holder = "the variable " + variableName(S.Name);
  });
  if (Holder.empty())
    Holder = Found.Thread ? "the stack of " + On
                          : format("memory at %#" PRIxPTR, Found.At);
  return refuse(Holder + " holds a pointer to it, and it has to move", Found.M);
}

Error Mover::prepare() {
  {
    sys::Guard G(T.R.Lock);
    watchVersions();
  }
  if (MainIs)
    return refuse(
        format("main of %s, which runs on in its old code, uses it or "
               "its type; move that into a function",
               MainIs->Of->Name.c_str()));
  for (const Watch &W : Watches)
    for (uint32_t Row : W.Rows)
      Map.addFunction(*W.V, Row);
  Map.sort();
  for (const Migration &M : T.Migrations) {
    auto Begin = reinterpret_cast<uintptr_t>(M.S->Storage);
    Lowest = std::min(Lowest, Begin);
    Highest = std::max(Highest, Begin + std::max<uint64_t>(M.S->Size, 1));
  }
  T.HoldsThreads = !T.Migrations.empty() || !Map.empty();
  if (std::string Why = T.HoldsThreads ? Memory.whyNot() : ""; !Why.empty())
    return refuse("nobody can see who uses it: " + Why);
  return Error();
}

Error Mover::loop(bool Commits) {
  uint64_t Start = sys::now();
  std::string Why;
  for (int Pause = 2;; Pause = std::min(Pause * 2, 50)) {
    bool IsFirst = Found.By == Blocked::Nothing;
    if (Commits && (IsFirst || Found.By == Blocked::Changed)) {
      fill();
      if (Error E = callFunctions())
        return E;
    }
    if (tryOnce(Commits, Why))
      return Error();
    if (!Why.empty())
      return refuse("nobody can see who uses it: " + Why);
    if (!mayPass(Start))
      return refusal();
    sys::rest(Pause);
  }
}

Error Mover::wait() {
  if (Error E = prepare())
    return E;
  if (!T.HoldsThreads)
    return Error();
  // They hold what the dynamic linker gave them, until they are bound.
  for (const Version *V : T.Versions)
    if (V->In->Handle)
      Memory.exclude(sys::objectOf(V->In->Handle));
  return loop(false);
}

Error Mover::run() {
  if (Error E = prepare())
    return E;
  return loop(true);
}

} // namespace

Error awaitMigrations(Transaction &T) {
  bool MayBeUsed = T.CanMigrate && !T.ChangedTypes.empty();
  return MayBeUsed || !T.Migrations.empty() ? Mover(T).wait() : Error();
}

Error commitMigrations(Transaction &T) { return Mover(T).run(); }

} // namespace hcr
