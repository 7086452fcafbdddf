// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A reload, step by step (docs/Abi.md; design decisions 0001 and 0002).
#include "Reload.h"

#include "Rollback.h"
#include "Transaction.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace hcr {

namespace {

class TurnScope {
public:
  explicit TurnScope(Turn &T) : T(T), Answer(T.take()) {}
  ~TurnScope() {
    if (isMine())
      T.give();
  }
  TurnScope(const TurnScope &) = delete;
  TurnScope &operator=(const TurnScope &) = delete;
  bool isMine() const { return Answer == Turn::Answer::Mine; }

private:
  Turn &T;
  Turn::Answer Answer;
};

} // namespace

static Report refusal(const Runtime &R, std::string Why) {
  Report Out;
  Out.Result = Outcome::Refused;
  Out.Generation = R.Generation;
  Out.Message = std::move(Why);
  return Out;
}

/// Step 1. Images that were refused earlier come along with new ones: what
/// they missed may be there now.
static std::vector<Found> find(Runtime &R, bool Force) {
  {
    sys::Guard G(R.Lock);
    forgetClosedHosts(R);
    indexHosts(R);
  }
  if (Force)
    return R.Images.takeAll();
  std::vector<Found> All = R.Images.take(true);
  if (std::all_of(All.begin(), All.end(),
                  [](const Found &F) { return F.Held; }))
    All.clear();
  return All;
}

/// Step 2. Copies, opens and introduces each image.
static Error load(Transaction &T, bool Force) {
  Stopwatch Watch(T.Out.Took.Load);
  for (size_t I = 0; I < T.Candidates.size(); ++I) {
    Candidate &C = T.Candidates[I];
    if (C.From.Gone)
      continue;
    T.Culprit = static_cast<ptrdiff_t>(I);
    if (Error E = loadImage(T, C, Force || C.Again, C.Retry))
      return E;
    if (T.Early)
      return Error();
  }
  T.Culprit = -1;
  if (T.InPlace.size()) {
    sys::Guard G(T.R.Lock);
    introduceInPlace(T, *T.R.Loaded.program(), T.InPlace);
  }
  for (Version *V : T.Versions)
    if (V->CreateTypeInfos)
      V->CreateTypeInfos();
  return Error();
}

static ptrdiff_t candidateOf(const Transaction &T, const Version &V) {
  for (size_t I = 0; I < T.Candidates.size(); ++I)
    if (T.Candidates[I].In == V.In)
      return static_cast<ptrdiff_t>(I);
  return -1;
}

/// Step 3. Everything that could go wrong is found here, before anything is
/// changed.
static Error check(Transaction &T) {
  Stopwatch Watch(T.Out.Took.Check);
  sys::Guard G(T.R.Lock);
  T.R.Current = &T;
  for (const Candidate &C : T.Candidates)
    if (C.From.Gone)
      if (Module *M = T.R.Loaded.find(C.From.Module); M && M->Current)
        stageGoing(T, *M);
  collectMigrators(T);
  for (Version *V : T.Versions) {
    T.Culprit = candidateOf(T, *V);
    if (Error E = stageVersion(T, *V))
      return E;
  }
  T.Culprit = -1;
  if (Error E = checkWanted(T))
    return E;
  chooseWeak(T);
  for (Version *V : T.Versions)
    joinMoved(T, *V);
  for (Version *V : T.Versions) {
    T.Culprit = candidateOf(T, *V);
    if (Error E = checkImports(T, *V))
      return E;
  }
  T.Culprit = -1;
  checkConstants(T);
  if (T.Late)
    return std::move(T.Late);
  if (!T.IsStart)
    stageUnused(T);
  for (Version *V : T.Versions) {
    T.Culprit = candidateOf(T, *V);
    if (Error E = checkDuplicates(T, *V))
      return E;
  }
  T.Culprit = -1;
  if (Error E = checkTypes(T))
    return E;
  if (Error E = checkMigrations(T))
    return E;
  return checkMemory(T);
}

/// For handlers: what they ask hcr_changed_types().
static void publishTypes(const Transaction &T) {
  sys::Guard G(T.R.Lock);
  T.R.ChangedTypes.clear();
  for (const ChangedType &C : T.ChangedTypes)
    T.R.ChangedTypes.push_back(C.Name);
}

/// Step 4, first half: the images' own slots and data.
static Error bind(Transaction &T) {
  {
    Stopwatch Watch(T.Out.Took.Bind);
    std::vector<Module *> Order;
    {
      sys::Guard G(T.R.Lock);
      for (Version *V : T.Versions)
        Order.push_back(V->Of);
      Order = leavesFirst(T.R, Order);
    }
    T.Versions.clear();
    for (Module *M : Order)
      T.Versions.push_back(M->Next);
    for (Version *V : T.Versions) {
      if (V->DatInit)
        V->DatInit();
      sys::Guard G(T.R.Lock);
      bindVersion(T.R, *V);
    }
  }
  if (T.Late)
    return std::move(T.Late);
  sys::Guard G(T.R.Lock);
  if (Error E = prepareVtables(T))
    return E;
  if (Error E = takeStubs(T))
    return E;
  // From here on nothing may fail: the whole reserve is there for it.
  return checkMemory(T);
}

/// An initialiser that throws does not keep the others from running: each
/// call of Init000 goes on behind the one that threw.
static void runInit(Transaction &T, Version &V) {
  size_t Left = freshOnes(V);
  auto Run = [](void *Function) { (*static_cast<void (**)()>(Function))(); };
  UserCodeScope Scope(T.R, {UserCode::Initialiser, V.Of, nullptr});
  for (;;) {
    auto Went = T.R.Back->callUser(T, Run, &V.Init, true);
    T.HasCrashed |= Went == Rollback::Call::Crashed;
    if (Went != Rollback::Call::Threw)
      return;
    T.Out.Notes.push_back(
        format("an initialiser of %s threw an exception", V.Of->Name.c_str()));
    size_t Before = std::exchange(Left, freshOnes(V));
    if (Left >= Before)
      return;
  }
}

/// Step 4, second half: values of new variables, which may already call the new
/// virtual functions of objects. Old code cannot reach the new one yet.
static void initialise(Transaction &T) {
  Stopwatch Watch(T.Out.Took.Handlers);
  {
    sys::Guard G(T.R.Lock);
    commitVtables(T);
  }
  beginReinit(T);
  for (Version *V : T.Versions)
    if (V->Init && !T.HasCrashed)
      runInit(T, *V);
  endReinit(T);
}

static void nameFunction(ModuleReport &Out, const ProcSymbol &S) {
  std::string Name = demangle(S.Name);
  // Constructors and destructors come as two symbols of one name.
  if (std::find(Out.Functions.begin(), Out.Functions.end(), Name) ==
      Out.Functions.end())
    Out.Functions.push_back(std::move(Name));
}

static void describeDirect(Transaction &T, const ProcSymbol &S) {
  if (S.NextDefiner && S.Definer && S.NextHash != S.BodyHash)
    T.Out.Notes.push_back(format("%s changed, but is not reloadable; its new "
                                 "version runs at the next start of the "
                                 "program",
                                 demangle(S.Name).c_str()));
}

/// Operators new and delete: what the program was linked with stays.
static bool isAddedOperator(const ProcSymbol &S) {
  if (!S.NextDefiner || S.defined() || S.From)
    return false;
  for (std::string_view Prefix : {"_Znwm", "_Znam", "_ZdlPv", "_ZdaPv"})
    if (std::string_view(S.Name).substr(0, Prefix.size()) == Prefix)
      return true;
  return false;
}

static void describeProc(ModuleReport &Out, const ProcSymbol &S) {
  if (!S.NextDefiner) {
    Out.Removed += S.goes() && !S.To;
  } else if (!S.defined() && !S.From) {
    ++Out.Added;
    nameFunction(Out, S);
  } else if (S.NextHash != (S.From ? S.From : &S)->BodyHash) {
    ++Out.Changed;
    nameFunction(Out, S);
  }
}

/// A removed variable: its destructor was registered for exit.
static void describeVariable(Transaction &T, const GlobalSymbol &S) {
  if (!S.goes() || S.NextDefiner || S.To || !S.Destroy ||
      S.Name.starts_with("_ZGR"))
    return;
  const GlobalSymbol *Alive =
      T.R.Globals.find(S.Of, std::string(S.Name) + ".alive");
  if (Alive && Alive->Storage && loadCell(static_cast<Cell>(Alive->Storage)))
    T.Out.Notes.push_back(
        format("the variable %s was removed; it is destroyed at exit",
               variableName(S.Name).c_str()));
}

/// What the report says of each module; before the tables change.
static void describe(Transaction &T) {
  std::unordered_map<const Module *, size_t> Place;
  auto Add = [&](const Module &M) {
    Place[&M] = T.Out.Modules.size();
    T.Out.Modules.emplace_back().Name = M.Name;
  };
  for (const Version *V : T.Versions) {
    Add(*V->Of);
    T.Out.Modules.back().Bytes = V->In->Size;
  }
  for (const Module *M : T.Going) {
    Add(*M);
    T.Out.Notes.push_back(format("module %s is gone", M->Name.c_str()));
  }
  for (const ProcSymbol *S : T.Procs) {
    if (S->Flags & HCR_PROC_DIRECT) {
      describeDirect(T, *S);
      continue;
    }
    if (isAddedOperator(*S))
      T.Out.Notes.push_back(format(
          "%s was added; it takes effect at the next start of the program, "
          "because memory goes back to where it came from",
          demangle(S->Name).c_str()));
    auto Found = Place.find(S->NextDefiner ? S->NextDefiner : S->Definer);
    if (Found != Place.end() && !(S->Flags & HCR_PROC_THREAD_LOCAL))
      describeProc(T.Out.Modules[Found->second], *S);
  }
  for (const GlobalSymbol *S : T.Globals)
    describeVariable(T, *S);
}

/// The version before is what a crash goes back to, from now on. Images without
/// tables do not tell what they change.
static void prepareWayBack(Transaction &T) {
  T.R.Back->end();
  bool HasTables =
      std::all_of(T.Versions.begin(), T.Versions.end(),
                  [](const Version *V) { return V->Table != nullptr; });
  if (T.IsStart || !HasTables || !T.R.Back->isWanted(T.Out))
    return;
  T.Back = std::make_unique<Undo>();
  T.HasThunks = T.R.Back->hasThunks();
}

/// Step 5. Prepares everything, stores, and brings the tables up to date.
/// Migrating, the stores are done already.
static void commitAll(Transaction &T) {
  sys::Guard G(T.R.Lock);
  if (!T.IsStart)
    describe(T);
  intptr_t Next = T.R.Generation + (T.IsStart ? 0 : 1);
  if (T.HoldsThreads) {
    T.R.Back->end();
  } else {
    prepareWayBack(T);
    prepareStores(T);
  }
  noteStaleCallers(T);
  if (T.Back) {
    T.R.Back->commit(T, Next);
  } else {
    if (!T.HoldsThreads) {
      Stopwatch Watch(T.Out.Took.Commit);
      commit(T);
    }
    settle(T, Next);
    T.R.Generation = Next;
  }
  T.R.Current = nullptr;
  T.R.Trace("generation %zd committed: %zu slots stored",
            static_cast<ssize_t>(Next), T.Stores.size());
}

void publish(Runtime &R, Report &Out) {
  for (std::string &Note : takeLateNotes(R))
    Out.Notes.push_back(std::move(Note));
  sys::replaceFile(R.Settings.Directory + "/status", Out.json() + "\n");
  for (const std::string &Note : Out.Notes)
    R.Trace("note: %s", Note.c_str());
  sys::Guard G(R.Lock);
  R.Last = Out;
}

/// Takes everything back; the old generation never noticed.
static void undo(Transaction &T) {
  {
    sys::Guard G(T.R.Lock);
    abandon(T);
    T.R.Current = nullptr;
  }
  for (Candidate &C : T.Candidates) {
    if (C.In)
      dropImage(T.R, C.In);
    C.In = nullptr;
    C.Unchanged = false;
  }
}

static Finder::Offer offerAgain(const Transaction &T, const Candidate &C,
                                size_t Index, ptrdiff_t Culprit) {
  if (T.Transient)
    return Finder::Offer::WithEachReload;
  return C.Retry || static_cast<ptrdiff_t>(Index) != Culprit
             ? Finder::Offer::WithOthers
             : Finder::Offer::WhenChanged;
}

/// Steps 2 and 3 until they succeed. An image that was refused before and is
/// at fault again must not keep the others out: it is left aside.
static Error prepare(Transaction &T, bool Force) {
  for (;;) {
    T.Transient = false;
    Error E = load(T, Force);
    if (!E && !T.Early)
      E = check(T);
    if (!E && !T.Early)
      return E;
    ptrdiff_t Culprit = T.Culprit;
    undo(T);
    if (T.Early)
      return E;
    bool Again = !T.Transient && Culprit >= 0 &&
                 T.Candidates[Culprit].From.Held && T.Candidates.size() > 1;
    if (!Again) {
      for (size_t I = 0; I < T.Candidates.size(); ++I) {
        const Candidate &C = T.Candidates[I];
        T.R.Images.hold(C.From, offerAgain(T, C, I, Culprit));
      }
      return E;
    }
    T.Candidates.erase(T.Candidates.begin() + Culprit);
  }
}

static Report refused(Transaction &T, std::string Message) {
  T.R.Trace("refused: %s", Message.c_str());
  T.Out.Result = Outcome::Refused;
  T.Out.Message = std::move(Message);
  return std::move(T.Out);
}

static void holdAll(Transaction &T, Finder::Offer Again) {
  for (const Candidate &C : T.Candidates)
    T.R.Images.hold(C.From, Again);
}

/// Initialisers of the new code crashed before old code could reach it. What
/// they did stays, so its images stay, too.
static Report refuseCrashed(Transaction &T) {
  std::string Message = T.R.Back->tellInitialiser();
  keepCrashed(T);
  holdAll(T, Finder::Offer::WhenChanged);
  undo(T);
  return refused(T, std::move(Message));
}

/// The images are good, but not now.
static Report refuseNow(Transaction &T, const Error &E) {
  holdAll(T, T.Transient ? Finder::Offer::WithEachReload
                         : Finder::Offer::WithOthers);
  undo(T);
  T.Out.Notes.clear();
  return refused(T, E.text());
}

/// Steps 4 and 5 of a reload that changes layouts. Initialisers may look at
/// variables that are migrated, so they run behind the commit. What the old
/// code would find is not what it left, so a crash has no way back.
static Error initialiseMigrated(Transaction &T) {
  if (Error E = commitMigrations(T))
    return E;
  if (T.R.Back->isWanted(T.Out))
    T.Out.Notes.push_back("a crash of the new code will not be rolled back: "
                          "layouts changed");
  initialise(T);
  if (T.HasCrashed)
    T.Out.Notes.push_back(T.R.Back->tellInitialiser());
  return Error();
}

static bool mustStartOver(Transaction &T) {
  return T.StartsOver = T.R.Back->isAwaited();
}

/// Up to the commit. Who is in the way is asked before any handler runs: what
/// those do cannot be taken back.
static Error prepareEffect(Transaction &T) {
  if (Error E = awaitMigrations(T))
    return E;
  if (mustStartOver(T))
    return Error();
  if (!T.IsStart) {
    publishTypes(T);
    Stopwatch Watch(T.Out.Took.Handlers);
    runHandlers(T, true);
  }
  if (Error E = bind(T))
    return E;
  if (mustStartOver(T))
    return Error();
  if (T.HoldsThreads)
    return initialiseMigrated(T);
  initialise(T);
  return Error();
}

static Report run(Transaction &T, bool Force) {
  Runtime &R = T.R;
  if (Error E = prepare(T, Force)) {
    T.Out.Notes.clear();
    return refused(T, E.text());
  }
  if (T.Early)
    return std::move(T.Out);
  bool Anything = !T.Versions.empty() || !T.Going.empty();
  if (Anything) {
    if (Error E = prepareEffect(T))
      return refuseNow(T, E);
    if (T.StartsOver) {
      holdAll(T, Finder::Offer::WithEachReload);
      undo(T);
      return {};
    }
    if (T.HasCrashed && !T.HoldsThreads)
      return refuseCrashed(T);
    commitAll(T);
    T.Out.Result = Outcome::Reloaded;
  } else {
    sys::Guard G(R.Lock);
    R.Current = nullptr;
  }
  for (const Candidate &C : T.Candidates)
    R.Images.loaded(C.From, C.Size, C.Hash);
  if (Anything && !T.IsStart) {
    Stopwatch Watch(T.Out.Took.Handlers);
    runHandlers(T, false);
  }
  return std::move(T.Out);
}

/// The variables that somebody named; their modules are loaded again.
static Error want(Transaction &T, const std::vector<std::string> &Names) {
  sys::Guard G(T.R.Lock);
  for (const std::string &Name : Names) {
    GlobalSymbol *S = nullptr;
    if (Error E = findVariable(T.R, Name, S))
      return E;
    T.Wanted.push_back(S);
    const std::string &Module = S->Definer->Name;
    auto Place = std::find_if(
        T.Candidates.begin(), T.Candidates.end(),
        [&](const Candidate &C) { return C.From.Module == Module; });
    if (Place == T.Candidates.end()) {
      Place = T.Candidates.insert(Place, Candidate());
      Place->From.Module = Module;
      Place->From.Path = T.R.Settings.Directory + "/" + Module + ".so";
    }
    Place->Again = true;
  }
  return Error();
}

/// Says why what was built last is not what runs.
static Report nothingNew(Runtime &R) {
  Report Out;
  sys::Guard G(R.Lock);
  for (const auto &M : R.Loaded.All)
    if (M->BadSize)
      Out.Notes.push_back(notLoadedAgain(*M));
  return Out;
}

Report reload(Runtime &R, bool Force, const std::vector<std::string> &Reinit,
              const void *StackTop) {
  if (const char *Why = R.Broken)
    return refusal(R, Why);
  if (R.Ending)
    return refusal(R, "the program is ending");
  TurnScope Scope(R.Reloading);
  if (!Scope.isMine())
    return refusal(R,
                   "a reload was asked for while this thread is reloading, " +
                       describeRunning(R) + "; ask for it later");
  if (Error E = takeMemory(R, {})) // for the search
    return refusal(R, E.text());
  R.Back->settle();
  uint64_t Start = sys::now();
  Report Out;
  // Again if a builder was done just as we looked. While it works, later: its
  // images become true together.
  for (bool Again = true; Again;) {
    Transaction T(R);
    T.CanMigrate = true;
    T.StackTop = StackTop;
    {
      Stopwatch Watch(T.Out.Took.Find);
      for (Found &F : find(R, Force))
        T.Candidates.push_back({std::move(F)});
    }
    if (std::string Why = R.Images.problem(); !Why.empty()) {
      Report Refused = refusal(R, std::move(Why));
      publish(R, Refused);
      return Refused;
    }
    if (Error E = want(T, Reinit))
      return refusal(R, E.text());
    if (!T.Candidates.empty())
      if (Error E = takeMemory(R, T.Candidates)) {
        Report Refused = refusal(R, E.text());
        publish(R, Refused);
        return Refused;
      }
    if (T.Candidates.empty()) {
      Out = nothingNew(R);
    } else {
      R.Back->suspend();
      Out = run(T, Force);
      R.Back->resume();
      if (T.StartsOver) {
        R.Back->letThemGo();
        R.Back->settle();
        continue;
      }
      Report Taken;
      if (R.Back->settle(&Taken)) { // a handler of the new code crashed
        Taken.Took = Out.Took;
        return Taken;
      }
    }
    Again = T.Early && !R.Images.builderAtWork();
    if (T.Early && !Again && !Reinit.empty())
      return refusal(R, "a builder is at work; ask again when it is done");
  }
  Out.Generation = R.Generation;
  Out.Took.Total = sys::now() - Start;
  bool IsOver = Out.Result == Outcome::Refused && R.Ending;
  if (Out.Result != Outcome::Unchanged && !IsOver)
    publish(R, Out);
  if (Out.Result == Outcome::Reloaded && R.Settings.Collect)
    if (Collected C = collect(R); !C.Why.empty())
      R.Trace("retired images stay mapped: %s", C.Why.c_str());
  return Out;
}

Collected collectRetired(Runtime &R) {
  Collected Out;
  if (const char *Why = R.Broken) {
    Out.Why = Why;
    return Out;
  }
  TurnScope Scope(R.Reloading);
  if (Scope.isMine())
    return collect(R);
  Out.Why = "this thread is reloading (in a handler or an initialiser); ask "
            "for it later";
  return Out;
}

Activity askActivity(Runtime &R, const void *StackTop) {
  TurnScope Scope(R.Reloading);
  if (Scope.isMine())
    return activityOfChanged(R, StackTop);
  Activity Out;
  Out.Answer = Activity::Unknown;
  Out.Text = "this thread is reloading (in a handler or an initialiser); ask "
             "for it later";
  return Out;
}

Report addModules(Runtime &R, const std::vector<std::string> &Names,
                  Range<HcrModuleTable> Main) {
  TurnScope Scope(R.Reloading);
  if (!Scope.isMine())
    return refusal(R, "modules cannot be added during a reload");
  {
    sys::Guard G(R.Lock);
    indexHosts(R);
  }
  uint64_t Start = sys::now();
  Transaction T(R);
  T.IsStart = true;
  T.InPlace = Main;
  for (const std::string &Name : Names) {
    Found F;
    F.Module = Name;
    F.Path = R.Settings.Directory + "/" + Name + ".so";
    T.Candidates.push_back({std::move(F)});
  }
  if (Error E = takeMemory(R, T.Candidates))
    return refusal(R, E.text());
  Report Out = run(T, false);
  Out.Generation = R.Generation;
  Out.Took.Total = sys::now() - Start;
  if (Out.Result == Outcome::Refused) {
    publish(R, Out);
  } else if (Main.size()) {
    sys::Guard G(R.Lock);
    R.Loaded.program()->Tables.push_back(Main);
    R.Hosts.push_back({R.Loaded.program(), sys::objectAt(Main.begin())});
  }
  return Out;
}

} // namespace hcr
