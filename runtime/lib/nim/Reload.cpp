// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The start of a Nim program and its reloads.
//
// Entry points of a shared object, in the order in which they are called:
//
//   HcrInit000          fetches the runtime's calls (Images.cpp)
//   HcrCreateTypeInfos  storage of type infos
//   DatInit000          fills them, registers procs, looks up those of others
//   Init000             globals, top-level code, handlers
//
// HcrCreateTypeInfos and DatInit000 run twice in a reload (Rehearsal.h).
// DatInit000 of every new version comes before the first Init000: inline procs
// are registered by each module that has a copy, under their owner's name. What
// was not rebuilt is not called again: entries and storage do not move.
#include "../core/Storage.h"
#include "Program.h"

namespace hcr::nim {

static Program *Instance;

Program &program() {
  if (Program *P = __atomic_load_n(&Instance, __ATOMIC_ACQUIRE))
    return *P;
  static sys::Mutex Making;
  sys::Guard G(Making);
  if (!Instance) {
    // Never destroyed: code of the program runs until the process ends.
    alignas(Program) static char Memory[sizeof(Program)];
    __atomic_store_n(&Instance, new (Memory) Program(Config::ofProcess()),
                     __ATOMIC_RELEASE);
  }
  return *Instance;
}

void useProgram(Program *P) {
  __atomic_store_n(&Instance, P, __ATOMIC_RELEASE);
}

Program::Program(Config C)
    : Settings(std::move(C)), Missing(reportMissing),
      Running(&Versions.emplace_back()) {
  Trace.open(Settings.LogTo);
  Live.open(Settings.Directory, Settings.User);
}

Program::~Program() {
  for (Version &V : Versions)
    if (V.Handle)
      sys::closeLibrary(V.Handle);
  for (auto [Memory, Size] : Storage)
    releaseStorage(Memory, Size);
  Live.remove();
}

Module &Program::module(std::string_view Path) {
  if (auto Found = ByPath.find(Path); Found != ByPath.end())
    return *Found->second;
  Module &M = Modules.emplace_back();
  M.Path = Path;
  ByPath[M.Path] = &M;
  return M;
}

namespace {

/// Whose code runs, and what it may do.
class Running {
public:
  Running(Program &P, Version &V, Phase Now)
      : P(P), Before(P.Running), PhaseBefore(P.Now) {
    P.Running = &V;
    P.Now = Now;
  }
  ~Running() {
    P.Running = Before;
    P.Now = PhaseBefore;
  }
  Running(const Running &) = delete;
  Running &operator=(const Running &) = delete;

private:
  Program &P;
  Version *Before;
  Phase PhaseBefore;
};

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

static void call(Program &P, Version &V, void (*Version::*Entry)(), Phase Now) {
  Running Scope(P, V, Now);
  if (V.*Entry)
    (V.*Entry)();
}

/// `system` first, before any other; the others are in the order of imports.
static std::vector<Version *> systemFirst(const Program &P,
                                          const std::vector<Module *> &New) {
  std::vector<Version *> Result;
  for (bool IsSystem : {true, false})
    for (Module *M : New)
      if ((M == P.System) == IsSystem)
        Result.push_back(M->Next);
  return Result;
}

static void makeCurrent(Module &M) {
  M.Current = M.Next;
  M.Next = nullptr;
  M.File = M.NextFile;
  M.Refused = {};
  M.Awaited = false;
}

/// Nobody else can say why the program will not work.
static void sayFailure(Program &P, const Error &E) {
  std::string Line = "hcr: " + E.text() + "\n";
  P.Trace("%s", E.text().c_str());
  sys::writeQuietly(2, Line.data(), Line.size());
}

void start(Program &P, void **Imports, const char *Main, const char *System,
           void (*DatInit)(), void *Handle,
           void *(*GetProc)(void *, const char *)) {
  P.Handle = Handle;
  P.GetProc = GetProc;
  P.Root = &P.module(Main);
  P.System = &P.module(System);
  // What was registered so far was by main.
  P.Running->Of = P.Root;
  P.Running->DatInit = DatInit;
  P.Root->Current = P.Running;
  for (void **At = Imports; *static_cast<char *>(*At); ++At)
    P.Running->Imports.push_back(&P.module(static_cast<char *>(*At)));
  P.Nim.find();
  if (!P.Nim.addMarker(markProgram))
    P.Trace("note: libnimrtl.so cannot be told of globals, cyclic data that "
            "only they refer to may be collected; make it with utils/nimrtl");
  Walk W;
  if (Error E = discover(P, W)) {
    dropVersions(W);
    sayFailure(P, E);
    return;
  }
  std::vector<Version *> New = systemFirst(P, W.New);
  for (Version *V : New) {
    makeCurrent(*V->Of);
    call(P, *V, &Version::CreateTypeInfos, Phase::Running);
  }
  Version *System0 = P.System->Current;
  if (System0) {
    call(P, *System0, &Version::DatInit, Phase::Running);
    call(P, *System0, &Version::Init, Phase::Running);
  }
  for (Version *V : New)
    if (V != System0)
      call(P, *V, &Version::DatInit, Phase::Running);
  call(P, *P.Running, &Version::DatInit, Phase::Running);
  for (Version *V : New)
    if (V != System0)
      call(P, *V, &Version::Init, Phase::Running);
  P.Trace("%zu modules loaded", New.size());
}

bool reloadNeeded(Program &P) {
  for (Module &M : P.Modules)
    if (hasChanged(P, M))
      return true;
  return false;
}

bool hashChanged(Program &P, std::string_view Hash) {
  for (Module &M : P.Modules)
    if (M.Current && M.Current->SigHash == Hash && hasChanged(P, M))
      return true;
  return false;
}

void addHandler(Program &P, bool IsBefore, Handler H) {
  sys::Guard G(P.Lock);
  (IsBefore ? P.Running->Before : P.Running->After).push_back(H);
}

static void collectHandlers(Program &P, Module &M, bool Before,
                            std::vector<std::pair<Version *, Handler>> &Out) {
  if (M.Mark == P.Mark || !M.Current)
    return;
  M.Mark = P.Mark;
  for (Module *Import : M.Current->Imports)
    collectHandlers(P, *Import, Before, Out);
  for (const Handler &H : Before ? M.Current->Before : M.Current->After)
    Out.emplace_back(M.Current, H);
}

/// Those of the modules that are used come before those of their users.
static void runHandlers(Program &P, bool Before) {
  std::vector<std::pair<Version *, Handler>> All;
  ++P.Mark;
  collectHandlers(P, *P.Root, Before, All);
  for (auto &[V, H] : All) {
    Running Scope(P, *V, Phase::Running);
    H.Function(H.Environment);
  }
}

/// Versions that are replaced, and those of modules that nobody imports now.
static std::vector<Version *> goingOnes(Program &P, const Walk &W,
                                        std::vector<Module *> &Unused) {
  std::vector<Version *> Going;
  for (Module *M : W.New)
    if (M->Current)
      Going.push_back(M->Current);
  for (Module &M : P.Modules)
    if (M.Current && M.Mark != P.Mark) {
      Going.push_back(M.Current);
      Unused.push_back(&M);
    }
  return Going;
}

/// Nothing is changed by it.
static Error rehearse(Program &P, Rehearsal &R,
                      const std::vector<Version *> &New) {
  P.Check = &R;
  for (Version *V : New)
    call(P, *V, &Version::CreateTypeInfos, Phase::Rehearsing);
  for (Version *V : New)
    call(P, *V, &Version::DatInit, Phase::Rehearsing);
  P.Check = nullptr;
  return R.check(P.Notes);
}

/// Between the handlers: from the first version's type infos to the last one's
/// top-level code.
static void exchange(Program &P, const Rehearsal &Known,
                     const std::vector<Version *> &New,
                     const std::vector<Version *> &Going,
                     const std::vector<Module *> &Unused, Phases &Took) {
  Collector::Pause Pause(P.Nim);
  {
    Stopwatch Watch(Took.Bind);
    stageDrops(Going);
    for (Version *V : New)
      call(P, *V, &Version::CreateTypeInfos, Phase::Binding);
    {
      sys::Guard G(P.Lock);
      assignNames(P, Known.Names);
    }
    for (Version *V : New)
      call(P, *V, &Version::DatInit, Phase::Binding);
  }
  Stopwatch Watch(Took.Commit);
  {
    sys::Guard G(P.Lock);
    commitProcs(P, New, Going);
    for (Version *V : New) {
      makeCurrent(*V->Of);
      V->Of->Generation = P.Generation;
    }
    for (Module *M : Unused)
      M->Current = nullptr;
  }
  for (Version *V : New)
    call(P, *V, &Version::Init, Phase::Initialising);
  sys::Guard G(P.Lock);
  settleGlobals(New, Going);
}

static void publish(Program &P, Report &Out) {
  for (std::string &Note : takeMissingCalls(P))
    Out.Notes.push_back(std::move(Note));
  sys::Guard G(P.Lock);
  for (std::string &Note : P.Notes)
    Out.Notes.push_back(std::move(Note));
  P.Notes.clear();
  Out.Generation = P.Generation;
  sys::replaceFile(P.Settings.Directory + "/status", Out.json() + "\n");
  if (!Out.Message.empty())
    P.Trace("refused: %s", Out.Message.c_str());
  for (const std::string &Note : Out.Notes)
    P.Trace("note: %s", Note.c_str());
  P.Last = Out;
}

static Report refuse(Program &P, Walk &W, const Error &E) {
  Report Out;
  dropVersions(W);
  Out.Result = Outcome::Refused;
  Out.Message = E.text();
  publish(P, Out);
  return Out;
}

Report reload(Program &P) {
  Report Out;
  TurnScope Scope(P.Reloading);
  if (!Scope.isMine() || !P.Root || !reloadNeeded(P))
    return Out;
  uint64_t Start = sys::now();
  Walk W;
  {
    Stopwatch Watch(Out.Took.Load);
    if (Error E = discover(P, W))
      return refuse(P, W, E);
  }
  if (W.New.empty())
    return Out;
  std::vector<Module *> Unused;
  std::vector<Version *> Going = goingOnes(P, W, Unused);
  std::vector<Version *> New = systemFirst(P, W.New);
  Rehearsal Known(P);
  {
    Stopwatch Watch(Out.Took.Check);
    if (Error E = rehearse(P, Known, New))
      return refuse(P, W, E);
  }
  ++P.Generation;
  {
    Stopwatch Watch(Out.Took.Handlers);
    runHandlers(P, true);
  }
  exchange(P, Known, New, Going, Unused, Out.Took);
  {
    Stopwatch Watch(Out.Took.Handlers);
    runHandlers(P, false);
  }
  Out.Result = Outcome::Reloaded;
  for (Version *V : New)
    Out.Modules.emplace_back().Name = moduleName(V->Of->Path);
  Out.Took.Total = sys::now() - Start;
  publish(P, Out);
  P.Trace("generation %zd: %zu modules", static_cast<ssize_t>(P.Generation),
          New.size());
  return Out;
}

} // namespace hcr::nim
