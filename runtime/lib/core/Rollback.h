// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The way back from a reload whose code crashes (decision 0005).
//
//   a commit      Idle ──▶ Armed, for a while: entry thunks, crash handlers
//   a crash       Armed ──▶ TakenBack, in the signal handler, by stores
//   afterwards    a thread of the runtime brings the tables up to date and
//                 reports; the time over: ──▶ Idle
//   a reload      Armed ──▶ Suspended while it looks at the tables; a thread
//                 that crashes meanwhile waits, and the reload begins anew
//   initialisers  Idle ──▶ Trying: a crash on the reloading thread refuses
//
// The signal handler reads what is here under the lock of CrashesHeld, and
// whoever changes it holds that lock as well.
#ifndef HCR_CORE_ROLLBACK_H
#define HCR_CORE_ROLLBACK_H

#include "../sys/Process.h"
#include "../sys/Signals.h"
#include "Report.h"
#include "Undo.h"

#include <atomic>
#include <memory>

namespace hcr {

class Symbolizer;

/// What a crash looked like, told by its handler.
struct CrashStory {
  int Signal = 0; // 0: a removed function was called
  uintptr_t Address = 0;
  static constexpr size_t MostFrames = 48, LastFrames = 8;
  uintptr_t Frames[MostFrames] = {}; // the innermost first
  size_t FrameCount = 0;
  uintptr_t Outer[LastFrames] = {}; // a ring of those that followed
  size_t OuterCount = 0;
  void *CalledAgain = nullptr; // the new body; null: a guard returned
  ProcSymbol *Removed = nullptr;
  uintptr_t Caller = 0;
};

class Rollback {
public:
  explicit Rollback(Runtime &R) : R(R) {}
  ~Rollback();

  enum class State { Idle, Trying, Armed, Suspended, TakenBack };

  /// Whether commits prepare a way back: what the environment says, or the
  /// program used a guard. Says once why not under a sanitizer.
  bool isWanted(Report &Out);
  bool hasThunks() const;

  /// A reload is about to look at the tables: what is taken back is settled,
  /// and nothing is taken back meanwhile. The caller has the turn.
  void suspend();
  /// That reload changed nothing.
  void resume();
  /// While that reload looks, a thread crashed and waits for what becomes of
  /// it. Whoever asks gives the reload up, unless it took effect already.
  bool isAwaited() const { return Waiting != 0; }
  /// After resume(): they get what they waited for; then settle().
  void letThemGo();
  /// The old way back ends; R.Lock is held.
  void end();
  /// In place of commit() and settle(); R.Lock is held.
  void commit(Transaction &T, intptr_t Generation);

  /// Calls user code of a reload. Crashed: it did, and what was done is undone
  /// by the caller (before the commit) or is taken back already.
  enum class Call { Returned, Threw, Crashed };
  Call callUser(Transaction &T, void (*Function)(void *), void *Context,
                bool IsNewCode);

  /// Tables and report, if new code was taken back and nobody did it yet; the
  /// caller has the turn. False: there was nothing to do.
  bool settle(Report *Out = nullptr);
  /// The message of the refusal after callUser() said that it crashed.
  std::string tellInitialiser();
  /// The report of what was taken back is there when this returns, unless this
  /// thread is reloading; waits for a reload of another thread.
  void settleNow();
  /// A removed function is called; on any thread, in any state. True if that
  /// took the reload back.
  bool takeBackFor(ProcSymbol &S, uintptr_t Caller);

  /// The program uses hcr_guard().
  void useGuards() { HasGuards = true; }
  bool isOff() const;
  /// In the child of a fork; R.Lock is held.
  void forget();
  /// The program closed an object; R.Lock is held.
  void forget(const Image *In, const sys::ObjectRange &Object);

private:
  friend class CrashJudge;
  static bool onCrash(sys::Crash &C);
  bool awaitReload();
  bool judge(sys::Crash &C);
  void takeBackNow();
  void startKeeper();
  void keep();
  Report tell();
  std::string headline(Symbolizer &Names) const;
  std::string holdImages();
  void disarm();

  Runtime &R;
  std::atomic<State> Now = State::Idle;
  std::atomic<bool> HasGuards = false;
  bool ToldSanitizer = false;
  std::unique_ptr<Undo> Back;
  std::vector<sys::ObjectRange> Trying; // images whose initialisers run
  std::atomic<int> TryingThread = 0;
  std::atomic<int> SuspendedBy = 0; // the thread that reloads
  std::atomic<int> Waiting = 0;     // threads that crashed meanwhile
  CrashStory Story;
  std::atomic<bool> NeedsSettling = false;
  std::atomic<uint64_t> Deadline = 0;

  sys::Event Wake; // of the keeper
  sys::Mutex KeeperLock;
  sys::Condition KeeperEnded;
  bool KeeperRuns = false;
  bool Ends = false;
};

/// C++ keeps what is being caught in each thread; a frame that is abandoned
/// does not put it right.
class CaughtExceptions {
public:
  CaughtExceptions();
  void restore() const;

private:
  uint64_t *Where, Kept[2];
};

/// This thread is ready for crashes: it has an alternate stack for handlers.
void prepareThread();
/// Memory of threads that have ended.
void releaseEndedThreads();
/// In the child of a fork: what its only thread has, has another number now.
void adoptRecords();

} // namespace hcr

#endif
