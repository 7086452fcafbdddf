// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The signals by which a program crashes, seen before they end it.
//
// The program's own handlers come first: one that was there is called by ours,
// one that the program sets later takes ours away. What they do not settle the
// hook may; what that does not want happens as it would have.
#ifndef HCR_SYS_SIGNALS_H
#define HCR_SYS_SIGNALS_H

#include <cstddef>
#include <cstdint>

namespace hcr::sys {

/// A crash, and the thread's state that it goes on with.
class Crash {
public:
  Crash(int Signal, void *Info, void *Context)
      : Signal(Signal), Info(Info), Context(Context) {}

  const int Signal;
  uintptr_t address() const; // that could not be used; 0 if it is no such crash
  uintptr_t instruction() const;
  /// What a frame is unwound from.
  struct State {
    uintptr_t Instruction, Stack;
    uintptr_t Kept[6]; // rbx, rbp, r12 to r15
  };
  State state() const;
  void setState(const State &To);
  void setInstruction(uintptr_t To);
  void setStack(uintptr_t To);
  void setFrame(uintptr_t To);
  void setFirstArgument(uintptr_t To);
  void setResult(uintptr_t To);
  bool wasSentByAnother() const;

private:
  void *Info, *Context;
};

/// Runs in a signal handler; holds other crashes itself. True: the crash was
/// changed so that the thread goes on elsewhere.
using CrashHook = bool (*)(Crash &C);
/// The end of a stack that a hook can go to: the one that it is called on may
/// be small.
void *hookStack();

/// From now on Hook is asked. Calling it again is harmless. Returns errno.
int catchCrashes(CrashHook Hook);
/// Puts back what was there, where ours still is in place. What the program
/// kept of ours goes on to do what was there.
void releaseCrashes();
/// The name of a crash signal: "SIGSEGV".
const char *signalName(int Signal);

/// Calls Function(Argument) so that a crash in it only makes this return
/// false. For what looks at memory that may be damaged; on a hook's stack.
bool survives(void (*Function)(void *), void *Argument);

/// No hook runs while this lives, on whatever thread: a crash waits. No user
/// code may run meanwhile.
class CrashesHeld {
public:
  CrashesHeld();
  ~CrashesHeld();
  CrashesHeld(const CrashesHeld &) = delete;
  CrashesHeld &operator=(const CrashesHeld &) = delete;
  /// In the child of a fork, where the thread that looks may not exist.
  static void renew();

private:
  unsigned char Before[128]; // signal mask
};

/// Gives this thread an alternate stack for handlers, unless it has one.
void giveSignalStack(void *Stack, size_t Size);
/// Takes it from this thread again, if it still is that one.
void takeSignalStack(void *Stack);

/// Lets the crash signals through on this thread, which blocks all, for as
/// long as this lives.
class CrashesUnblocked {
public:
  CrashesUnblocked();
  ~CrashesUnblocked();
  CrashesUnblocked(const CrashesUnblocked &) = delete;
  CrashesUnblocked &operator=(const CrashesUnblocked &) = delete;

private:
  uint64_t Before;
};

} // namespace hcr::sys

#endif
