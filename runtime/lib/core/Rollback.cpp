// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Rollback.h"

#include "../arch/Guard.h"
#include "../arch/Records.h"
#include "Control.h"
#include "Reload.h"
#include "Symbolize.h"
#include "Transaction.h"

#include <algorithm>
#include <cinttypes>
#include <utility>

namespace hcr {

static bool isUnderSanitizer() {
  for (const char *Name :
       {"__asan_init", "__tsan_init", "__msan_init", "__hwasan_init"})
    if (sys::findSymbol(nullptr, Name))
      return true;
  return false;
}

bool Rollback::isOff() const { return !R.Settings.RollbackTime; }

bool Rollback::hasThunks() const { return R.Settings.EntryThunks; }

bool Rollback::isWanted(Report &Out) {
  if (isOff() || !(hasThunks() || HasGuards))
    return false;
  static const bool IsUnderSanitizer = isUnderSanitizer();
  if (IsUnderSanitizer && !std::exchange(ToldSanitizer, true))
    Out.Notes.push_back("crashes are not rolled back: the program runs under a "
                        "sanitizer, which looks at them itself");
  return !IsUnderSanitizer;
}

// -- Arming -------------------------------------------------------------------

void Rollback::commit(Transaction &T, intptr_t Generation) {
  T.Back->Generation = Generation;
  T.Back->Former = R.Generation;
  remember(T, *T.Back);
  prepareThread();
  startKeeper();
  // A crash of another thread waits until the tables agree with the slots.
  sys::CrashesHeld Hold;
  int Failed = sys::catchCrashes(onCrash);
  {
    Stopwatch Watch(T.Out.Took.Commit);
    hcr::commit(T);
  }
  hcr::settle(T, Generation);
  R.Generation = Generation;
  for (ProcSymbol *S : T.Superseded)
    S->RemovedIn = Generation;
  if (R.TakesSnapshot && !T.Back->Values.take(R))
    T.Out.Notes.push_back("no memory for a snapshot of the variables");
  Back = std::move(T.Back);
  Story = CrashStory();
  Deadline = sys::now() + R.Settings.RollbackTime;
  if (!Failed)
    Now = State::Armed;
  R.Trace("armed for crashes: %zu functions, %zu values", Back->Thunked.size(),
          Back->Values.count());
}

/// The program's handlers, if ours is still in their place.
void Rollback::disarm() {
  {
    sys::CrashesHeld Hold;
    Now = State::Idle;
    if (Back)
      removeThunks(*Back);
    releaseEndedThreads();
  }
  sys::releaseCrashes();
  if (!Back)
    return;
  for (const ModuleBefore &M : Back->Modules)
    if (M.Before)
      M.Before->In->IsFormer = false;
  Back.reset();
}

void Rollback::end() {
  SuspendedBy = 0;
  if (Now != State::Idle || Back)
    disarm();
}

void Rollback::suspend() {
  {
    sys::CrashesHeld Hold;
    if (Now == State::Armed) {
      Now = State::Suspended;
      SuspendedBy = sys::currentThread();
    }
  }
  settle();
}

void Rollback::resume() {
  sys::CrashesHeld Hold;
  if (Now == State::Suspended)
    Now = State::Armed;
  SuspendedBy = 0;
}

void Rollback::letThemGo() {
  while (isAwaited())
    sys::rest(1);
}

void Rollback::forget() {
  sys::CrashesHeld::renew();
  Waiting = 0;
  KeeperLock.renew();
  KeeperRuns = false;
  adoptRecords();
  if (NeedsSettling.exchange(false))
    takeBack(R, *Back);
  end();
}

void Rollback::forget(const Image *In, const sys::ObjectRange &Object) {
  sys::CrashesHeld Hold;
  if (Back)
    Back->forget(In, Object);
}

// -- User code of a reload ----------------------------------------------------

Rollback::Call Rollback::callUser(Transaction &T, void (*Function)(void *),
                                  void *Context, bool IsNewCode) {
  struct Work {
    void (*Function)(void *);
    void *Context;
    bool Returned;
  } W = {Function, Context, false};
  auto Run = [](void *Argument) {
    auto *W = static_cast<Work *>(Argument);
    W->Returned = arch::callGuarded(W->Function, W->Context);
  };
  // A program that crashes while it starts has nothing to go back to.
  if (!IsNewCode || T.IsStart || !isWanted(T.Out)) {
    Run(&W);
    return W.Returned ? Call::Returned : Call::Threw;
  }
  prepareThread();
  // The thread of the control socket blocks all signals.
  sys::CrashesUnblocked Unblocked;
  bool BeforeCommit = Now != State::Armed && Now != State::TakenBack;
  State Was = Now;
  if (BeforeCommit) {
    sys::CrashesHeld Hold;
    Trying.clear();
    for (const Candidate &C : T.Candidates)
      if (C.In)
        Trying.push_back(sys::objectOf(C.In->Handle));
    TryingThread = sys::currentThread();
    if (sys::catchCrashes(onCrash) == 0)
      Now = State::Trying;
  }
  CaughtExceptions Caught;
  int Signal = arch::hcrArchGuard(Run, &W);
  if (Signal)
    Caught.restore();
  if (BeforeCommit) {
    sys::CrashesHeld Hold;
    Now = Was;
  }
  if (BeforeCommit && Was == State::Idle)
    sys::releaseCrashes();
  if (Signal)
    return Call::Crashed;
  return W.Returned ? Call::Returned : Call::Threw;
}

// -- Afterwards ---------------------------------------------------------------

bool Rollback::takeBackFor(ProcSymbol &S, uintptr_t Caller) {
  sys::CrashesHeld Hold;
  if (Now != State::Armed || !hasThunks() || S.RemovedIn != Back->Generation)
    return false;
  Story = CrashStory();
  Story.Removed = &S;
  Story.Caller = Caller;
  takeBackNow();
  return true;
}

/// The modules' images: the one that crashed is not loaded again, the others
/// come along with the next that is new. Returns the names of the former.
std::string Rollback::holdImages() {
  const void *Guilty = nullptr;
  auto IsIn = [](const LoadedImage &L, const void *Address) {
    return L.In && L.In->Handle && sys::objectOf(L.In->Handle).holds(Address);
  };
  for (size_t I = 0; I < Story.FrameCount && !Guilty; ++I)
    for (const LoadedImage &L : Back->Images)
      if (auto *At = reinterpret_cast<const void *>(Story.Frames[I]);
          IsIn(L, At))
        Guilty = At;
  if (!Guilty)
    Guilty = Story.CalledAgain;
  std::string Names;
  for (const LoadedImage &L : Back->Images) {
    bool IsGuilty = Story.Removed
                        ? Story.Removed->Definer &&
                              Story.Removed->Definer->Name == L.From.Module
                        : !Guilty || IsIn(L, Guilty);
    R.Images.hold(L.From, IsGuilty ? Finder::Offer::WhenChanged
                                   : Finder::Offer::WithOthers);
    if (!IsGuilty)
      continue;
    Names += (Names.empty() ? "" : ", ") + L.From.Module;
    sys::Guard G(R.Lock);
    Module *M = R.Loaded.find(L.From.Module);
    if (M && L.In) {
      M->BadSize = L.Size;
      M->BadHash = L.Hash;
    }
  }
  return Names;
}

std::string Rollback::headline(Symbolizer &Names) const {
  if (Story.Removed)
    return format("the removed function %s was called by %s",
                  demangle(Story.Removed->Name).c_str(),
                  Names.name(Story.Caller - 1).c_str());
  return Names.crash(Story);
}

Report Rollback::tell() {
  Report Out;
  Out.Result = Outcome::RolledBack;
  Out.Generation = R.Generation;
  std::string Held = holdImages();
  Symbolizer Names(R);
  Out.Message = headline(Names) +
                format("; rolled back to the code of generation %" PRIdPTR
                       ", %s again when it changes",
                       Back->Former,
                       Held.empty() ? "nothing is loaded"
                                    : (Held + " is loaded").c_str());
  Out.Message += Names.frames(Story);
  for (const ModuleBefore &M : Back->Modules)
    Out.Modules.emplace_back().Name = M.M->Name;
  if (Story.CalledAgain)
    Out.Notes.push_back(
        "the call of " +
        Names.name(reinterpret_cast<uintptr_t>(Story.CalledAgain)) +
        " was made again in the version before");
  return Out;
}

std::string Rollback::tellInitialiser() {
  Symbolizer Names(R);
  return "an initialiser crashed: " + Names.crash(Story) +
         "; the module is loaded again when it changes" + Names.frames(Story);
}

bool Rollback::settle(Report *Told) {
  if (!NeedsSettling)
    return false;
  Report Out = tell();
  {
    sys::Guard G(R.Lock);
    takeBack(R, *Back);
  }
  R.Trace("%s", Out.Message.c_str());
  publish(R, Out);
  NeedsSettling = false;
  Control::announce(R, Out.json());
  if (Told)
    *Told = std::move(Out);
  return true;
}

void Rollback::settleNow() {
  if (!NeedsSettling || R.Reloading.take() == Turn::Answer::AlreadyMine)
    return;
  settle();
  R.Reloading.give();
}

// -- The thread that waits for the end ----------------------------------------

void Rollback::startKeeper() {
  sys::Guard G(KeeperLock);
  if (!KeeperRuns)
    KeeperRuns = !sys::startThread(
        "hcr", [](void *Me) { static_cast<Rollback *>(Me)->keep(); }, this);
}

void Rollback::keep() {
  for (;;) {
    uint64_t Time = sys::now(), End = Deadline;
    if (Time < End && !NeedsSettling)
      Wake.wait(End - Time);
    {
      sys::Guard G(KeeperLock);
      if (Ends)
        break;
    }
    if (!NeedsSettling && sys::now() < Deadline)
      continue;
    R.Reloading.take();
    settle();
    bool IsOver = sys::now() >= Deadline;
    if (IsOver) {
      sys::Guard G(R.Lock);
      end();
    }
    sys::Guard G(KeeperLock);
    if (IsOver)
      KeeperRuns = false;
    R.Reloading.give();
    if (IsOver) {
      KeeperEnded.wakeAll();
      return;
    }
  }
  sys::Guard G(KeeperLock);
  KeeperRuns = false;
  KeeperEnded.wakeAll();
}

Rollback::~Rollback() {
  {
    sys::Guard G(KeeperLock);
    Ends = true;
    Wake.set();
    while (KeeperRuns)
      KeeperEnded.wait(KeeperLock);
  }
  sys::Guard G(R.Lock);
  end();
}

} // namespace hcr
