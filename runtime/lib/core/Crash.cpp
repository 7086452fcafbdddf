// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// In the signal handler: is this crash ours, and where does the thread go on?
//
// The stack is unwound from the crash outwards, to the first guard. A record of
// a call counts if a frame of new code is active that was entered at the very
// place of the stack and returns to where that call does: the function itself,
// or one without a former version that it ended in by a tail call. Of several
// the outermost one counts, for what the others did is below it. Functions of a
// new image that did not change count after all others, the innermost first:
// they have less to do twice. Failing that, the guard counts, if new code is
// between.
//
// No allocation, no lock that a thread can have: the unwinder (linked into
// libhcr.so, so that plain C programs have one) finds its tables without.
#include "Rollback.h"

#include "../arch/Records.h"
#include "Runtime.h"

#include <unwind.h>

namespace hcr {

class CrashJudge {
public:
  CrashJudge(Rollback &B, sys::Crash &C)
      : B(B), C(C), IsTrying(B.Now == Rollback::State::Trying) {}
  bool judge();
  void redirect();

private:
  static void walkOnStack(void *Me);
  static void surviveOnStack(void *Me);
  static _Unwind_Reason_Code step(_Unwind_Context *Context, void *Me);
  _Unwind_Reason_Code step(_Unwind_Context *Context);
  void walk();
  bool skipFrame(bool IsFirst);
  bool leave(uintptr_t FrameAddress);
  bool isNewCode(uintptr_t Address) const;
  void note(uintptr_t Address);

  Rollback &B;
  sys::Crash &C;
  const bool IsTrying;
  CrashStory Found;
  arch::CallRecord *Record = nullptr;
  uintptr_t GuardAddress = 0; // its frame's
  bool HasStarted = false, HasNewCode = false;
  size_t Frames = 0;
  sys::Crash::State Last = {}; // of the frame that was seen last
  const void *LastRegion = nullptr;
};

bool CrashJudge::isNewCode(uintptr_t Address) const {
  for (const sys::ObjectRange &Range : IsTrying ? B.Trying : B.Back->NewCode)
    if (Range.holds(reinterpret_cast<const void *>(Address)))
      return true;
  return false;
}

void CrashJudge::note(uintptr_t Address) {
  if (!(Address + 1))
    return; // what called _start
  if (Found.FrameCount < CrashStory::MostFrames)
    Found.Frames[Found.FrameCount++] = Address;
  else
    Found.Outer[Found.OuterCount++ % CrashStory::LastFrames] = Address;
}

/// The frame that was seen last has this address: just above the place of its
/// return address. True: there is no need to look further.
bool CrashJudge::leave(uintptr_t FrameAddress) {
  uintptr_t Stack = FrameAddress - sizeof(uintptr_t);
  if (arch::CallRecords *Mine = arch::HcrArchRecords; Mine && !IsTrying)
    for (arch::CallRecord *R = Mine->Begin; R < Mine->Top; ++R)
      if (R->Stack == Stack && R->IsWhole && R->Cell->Body == R->Body &&
          arch::oldOf(*R->Cell) &&
          *reinterpret_cast<uintptr_t *>(Stack) == R->Return &&
          (R->Body == LastRegion || isNewCode(Last.Instruction)) &&
          (arch::isChanged(*R->Cell) || !Record))
        Record = R;
  if (LastRegion != reinterpret_cast<const void *>(arch::hcrArchGuard))
    return false;
  if (!Record && HasNewCode)
    GuardAddress = FrameAddress;
  return Record || GuardAddress;
}

_Unwind_Reason_Code CrashJudge::step(_Unwind_Context *Context, void *Me) {
  return static_cast<CrashJudge *>(Me)->step(Context);
}

_Unwind_Reason_Code CrashJudge::step(_Unwind_Context *Context) {
  constexpr size_t MostFrames = 4'000'000;
  int IsInterrupted = 0;
  uintptr_t Address = _Unwind_GetIPInfo(Context, &IsInterrupted);
  if (!HasStarted) {
    // First come the frames of the handler.
    HasStarted = IsInterrupted && Address == C.instruction();
    if (!HasStarted)
      return _URC_NO_REASON;
  } else if (leave(_Unwind_GetCFA(Context))) {
    return _URC_NORMAL_STOP;
  }
  // A return address may be the first byte of the next function.
  Last.Instruction = Address - !IsInterrupted;
  Last.Stack = _Unwind_GetCFA(Context);
  constexpr int Kept[] = {3, 6, 12, 13, 14, 15}; // numbers of DWARF
  for (size_t I = 0; I < 6; ++I)
    Last.Kept[I] = _Unwind_GetGR(Context, Kept[I]);
  LastRegion = reinterpret_cast<const void *>(_Unwind_GetRegionStart(Context));
  note(Last.Instruction);
  HasNewCode |= isNewCode(Last.Instruction);
  return ++Frames < MostFrames ? _URC_NO_REASON : _URC_NORMAL_STOP;
}

/// Leaves a frame that the unwinder knows nothing of. The first one: a call to
/// where no code is, whose caller is on top of the stack. Further ones: Clang's
/// __clang_call_terminate, between a noexcept function and std::terminate; it
/// has pushed one word, which is the frame pointer without optimisation.
bool CrashJudge::skipFrame(bool IsFirst) {
  auto At = [](uintptr_t Place) {
    return *reinterpret_cast<const uintptr_t *>(Place);
  };
  constexpr size_t Word = sizeof(uintptr_t);
  sys::Crash::State Next = IsFirst ? C.state() : Last;
  uintptr_t &Frame = Next.Kept[1];
  if (!IsFirst) {
    if (Frame == Next.Stack)
      Frame = At(Next.Stack);
    Next.Stack += Word;
  }
  Next.Instruction = At(Next.Stack) - 1;
  Next.Stack += Word;
  if (!sys::objectAt(reinterpret_cast<const void *>(Next.Instruction)).Begin)
    return false;
  C.setState(Next);
  HasStarted = false;
  _Unwind_Backtrace(step, this);
  return true;
}

void CrashJudge::walk() {
  constexpr int MostSkips = 8;
  _Unwind_Backtrace(step, this);
  for (int Skips = 0; Skips < MostSkips && !Record && !GuardAddress; ++Skips)
    if (!skipFrame(Frames <= 1))
      return;
}

void CrashJudge::walkOnStack(void *Me) {
  static_cast<CrashJudge *>(Me)->walk();
}

void CrashJudge::surviveOnStack(void *Me) {
  auto *Judge = static_cast<CrashJudge *>(Me);
  sys::Crash::State Before = Judge->C.state();
  if (!sys::survives(walkOnStack, Me)) {
    // The stack is damaged; what was found of it cannot be relied on.
    Judge->Record = nullptr;
    Judge->GuardAddress = 0;
  }
  Judge->C.setState(Before);
}

bool CrashJudge::judge() {
  arch::hcrArchCallOn(sys::hookStack(), surviveOnStack, this);
  return Record || GuardAddress;
}

void CrashJudge::redirect() {
  if (B.Now != Rollback::State::TakenBack) {
    // Of several threads that crash in it the first is told of.
    Found.Signal = C.Signal;
    Found.Address = C.address();
    Found.CalledAgain = Record ? Record->Body : nullptr;
    B.Story = Found;
    if (!IsTrying)
      B.takeBackNow();
  }
  if (!Record) {
    C.setResult(static_cast<uintptr_t>(C.Signal));
    C.setFrame(arch::guardFrame(GuardAddress));
    C.setStack(arch::guardStack(GuardAddress));
    C.setInstruction(reinterpret_cast<uintptr_t>(arch::hcrArchGuardLanding));
    return;
  }
  arch::CallRecords &Mine = *arch::HcrArchRecords;
  Mine.Top = Record;
  if (Mine.Exceptions) {
    Mine.Exceptions[0] = Record->Exceptions[0];
    Mine.Exceptions[1] = Record->Exceptions[1];
  }
  Record->Target = arch::oldOf(*Record->Cell);
  C.setStack(Record->Stack);
  C.setFirstArgument(reinterpret_cast<uintptr_t>(Record));
  C.setInstruction(reinterpret_cast<uintptr_t>(arch::hcrArchCallAgain));
}

bool Rollback::judge(sys::Crash &C) {
  State Is = Now;
  bool IsOurs = Is == State::Armed || Is == State::TakenBack ||
                (Is == State::Trying && TryingThread == sys::currentThread());
  if (!IsOurs)
    return false;
  // The handler's stack may be small, and one crash is looked at at a time.
  alignas(CrashJudge) static char Memory[sizeof(CrashJudge)];
  auto *Judge = new (Memory) CrashJudge(*this, C);
  if (!Judge->judge())
    return false;
  Judge->redirect();
  return true;
}

/// A reload of another thread looks at the tables. It is not waited for for
/// ever: this thread may hold a lock that it needs, as that of malloc. True: it
/// counts this thread.
bool Rollback::awaitReload() {
  constexpr uint64_t Longest = 2'000'000'000; // ns
  int By = SuspendedBy;
  if (!By || By == sys::currentThread())
    return false;
  ++Waiting;
  for (uint64_t Start = sys::now();
       SuspendedBy == By && sys::now() - Start < Longest;)
    sys::rest(1);
  return true;
}

bool Rollback::onCrash(sys::Crash &C) {
  Rollback *B = runtime().Back;
  if (!B)
    return false;
  bool IsCounted = B->awaitReload();
  sys::CrashesHeld Hold;
  bool IsOurs = B->judge(C);
  if (IsCounted)
    --B->Waiting;
  return IsOurs;
}

void Rollback::takeBackNow() {
  Back->store();
  ++R.Generation;
  Now = State::TakenBack;
  NeedsSettling = true;
  Wake.set();
}

} // namespace hcr
