// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Between a crash and its end there are system calls and plain memory only.
#include "Signals.h"

#include "Library.h"
#include "Memory.h"
#include "Process.h"

#include <atomic>
#include <cerrno>
#include <csetjmp>
#include <csignal>
#include <cstring>
#include <sched.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

namespace hcr::sys {

namespace {

constexpr int Signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
constexpr size_t Count = sizeof(Signals) / sizeof(*Signals);

struct sigaction Before[Count]; // what was there
bool IsKnown[Count];            // Before was filled in
std::atomic<CrashHook> Hook;

/// One crash is looked at at a time; threads that crash meanwhile wait.
std::atomic<int> Looking; // the thread's number
/// The stacks for it: of the hook, and of a crash inside the hook.
constexpr size_t HookStack = 256 * 1024, InnerStack = 64 * 1024;
char *Stacks;
sigjmp_buf Escape;
bool CanEscape;

size_t indexOf(int Signal) {
  size_t I = 0;
  while (I < Count && Signals[I] != Signal)
    ++I;
  return I;
}

ucontext_t *context(void *C) { return static_cast<ucontext_t *>(C); }
siginfo_t *info(void *I) { return static_cast<siginfo_t *>(I); }

} // namespace

// -- The thread's state -------------------------------------------------------

uintptr_t Crash::address() const {
  return Signal == SIGABRT || info(Info)->si_code <= 0
             ? 0
             : reinterpret_cast<uintptr_t>(info(Info)->si_addr);
}
uintptr_t Crash::instruction() const {
  return static_cast<uintptr_t>(context(Context)->uc_mcontext.gregs[REG_RIP]);
}
static void set(void *C, int Register, uintptr_t To) {
  context(C)->uc_mcontext.gregs[Register] = static_cast<greg_t>(To);
}
static constexpr int KeptRegisters[] = {REG_RBX, REG_RBP, REG_R12,
                                        REG_R13, REG_R14, REG_R15};
Crash::State Crash::state() const {
  const greg_t *Registers = context(Context)->uc_mcontext.gregs;
  State S;
  S.Instruction = instruction();
  S.Stack = static_cast<uintptr_t>(Registers[REG_RSP]);
  for (size_t I = 0; I < 6; ++I)
    S.Kept[I] = static_cast<uintptr_t>(Registers[KeptRegisters[I]]);
  return S;
}
void Crash::setState(const State &To) {
  setInstruction(To.Instruction);
  setStack(To.Stack);
  for (size_t I = 0; I < 6; ++I)
    set(Context, KeptRegisters[I], To.Kept[I]);
}
void Crash::setInstruction(uintptr_t To) { set(Context, REG_RIP, To); }
void Crash::setStack(uintptr_t To) { set(Context, REG_RSP, To); }
void Crash::setFrame(uintptr_t To) { set(Context, REG_RBP, To); }
void Crash::setFirstArgument(uintptr_t To) { set(Context, REG_RDI, To); }
void Crash::setResult(uintptr_t To) { set(Context, REG_RAX, To); }

/// kill() from outside says nothing about the code that it interrupts.
bool Crash::wasSentByAnother() const {
  return info(Info)->si_code <= 0 && info(Info)->si_pid != getpid();
}

const char *signalName(int Signal) {
  switch (Signal) {
  case SIGSEGV:
    return "SIGSEGV";
  case SIGBUS:
    return "SIGBUS";
  case SIGILL:
    return "SIGILL";
  case SIGFPE:
    return "SIGFPE";
  default:
    return "SIGABRT";
  }
}

// -- The program's handlers ---------------------------------------------------

static bool isFunction(const struct sigaction &A) {
  return (A.sa_flags & SA_SIGINFO) ||
         (A.sa_handler != SIG_DFL && A.sa_handler != SIG_IGN);
}

/// Calls the program's handler as the kernel would.
static void callProgram(const struct sigaction &A, int Signal, siginfo_t *Info,
                        void *Context) {
  sigset_t Blocked = A.sa_mask, Old;
  if (!(A.sa_flags & SA_NODEFER))
    sigaddset(&Blocked, Signal);
  pthread_sigmask(SIG_BLOCK, &Blocked, &Old);
  if (A.sa_flags & SA_SIGINFO)
    A.sa_sigaction(Signal, Info, Context);
  else
    A.sa_handler(Signal);
  pthread_sigmask(SIG_SETMASK, &Old, nullptr);
}

/// Whether the program's handler made the access possible (a memory manager
/// that works by faults) or moved the thread elsewhere.
static bool isSettled(int Signal, siginfo_t *Info, void *Context,
                      greg_t Instruction) {
  mcontext_t &Machine = context(Context)->uc_mcontext;
  if (Machine.gregs[REG_RIP] != Instruction)
    return true;
  if (Signal != SIGSEGV ||
      (Info->si_code != SEGV_MAPERR && Info->si_code != SEGV_ACCERR))
    return false;
  // The same fault again was not settled, whatever the mappings say.
  [[gnu::tls_model("initial-exec")]] static __thread uintptr_t LastAddress,
      LastInstruction;
  auto Address = reinterpret_cast<uintptr_t>(Info->si_addr);
  bool IsRepeated = LastAddress == Address &&
                    LastInstruction == static_cast<uintptr_t>(Instruction);
  LastAddress = Address;
  LastInstruction = static_cast<uintptr_t>(Instruction);
  if (IsRepeated)
    return false;
  constexpr greg_t IsWrite = 2, IsFetch = 16; // of the page fault's code
  Mapping M;
  if (!mappingAt(Address, M))
    return false;
  return Machine.gregs[REG_ERR] & IsFetch   ? M.Executes
         : Machine.gregs[REG_ERR] & IsWrite ? M.Writes
                                            : M.Reads;
}

/// What happens without us, after the program's handler (if it has one) ran.
static void passOn(const struct sigaction &A, int Signal, siginfo_t *Info) {
  if (isFunction(A) || (A.sa_handler == SIG_IGN && Info->si_code <= 0))
    return;
  sigaction(Signal, &A, nullptr);
  // A fault happens again as soon as we return; what was sent is sent again.
  if (Info->si_code <= 0)
    syscall(SYS_tgkill, getpid(), currentThread(), Signal);
}

// -- Ours -------------------------------------------------------------------

void *hookStack() { return Stacks + HookStack; }

CrashesHeld::CrashesHeld() {
  sigset_t Blocked, Old;
  static_assert(sizeof(Old) <= sizeof(Before));
  sigfillset(&Blocked);
  for (int Signal : Signals)
    sigdelset(&Blocked, Signal);
  pthread_sigmask(SIG_SETMASK, &Blocked, &Old);
  memcpy(Before, &Old, sizeof(Old));
  int Me = currentThread();
  for (int Nobody = 0; !Looking.compare_exchange_weak(Nobody, Me); Nobody = 0)
    sched_yield();
}

CrashesHeld::~CrashesHeld() {
  Looking = 0;
  sigset_t Old;
  memcpy(&Old, Before, sizeof(Old));
  pthread_sigmask(SIG_SETMASK, &Old, nullptr);
}

void CrashesHeld::renew() { Looking = 0; }

/// The hook runs on a stack that the kernel does not know, so it would take the
/// thread's alternate stack, which is in use, for a crash inside the hook.
bool survives(void (*Function)(void *), void *Argument) {
  stack_t Inner = {}, Old = {};
  Inner.ss_sp = Stacks + HookStack;
  Inner.ss_size = InnerStack;
  sigaltstack(&Inner, &Old);
  bool Survived = !sigsetjmp(Escape, 0);
  CanEscape = Survived;
  if (Survived)
    Function(Argument);
  CanEscape = false;
  sigaltstack(&Old, nullptr);
  return Survived;
}

static void onSignal(int Signal, siginfo_t *Info, void *Context) {
  if (Looking.load() == currentThread() && CanEscape)
    siglongjmp(Escape, 1);
  int Error = errno;
  struct sigaction &Kept = Before[indexOf(Signal)];
  const struct sigaction Program = Kept;
  if (Program.sa_flags & SA_RESETHAND) { // once, as the program wanted it
    Kept = {};
    Kept.sa_handler = SIG_DFL;
  }
  greg_t Instruction = context(Context)->uc_mcontext.gregs[REG_RIP];
  bool IsSettled = false;
  if (isFunction(Program)) {
    callProgram(Program, Signal, Info, Context);
    IsSettled = isSettled(Signal, Info, Context, Instruction);
  }
  if (!IsSettled) {
    Crash C(Signal, Info, Context);
    CrashHook Ask = Hook.load();
    bool IsOurOwn = Looking.load() == currentThread(); // the runtime crashed
    if (!Ask || C.wasSentByAnother() || IsOurOwn || !Ask(C))
      passOn(Program, Signal, Info);
  }
  errno = Error;
}

static bool isOurs(const struct sigaction &A) {
  return (A.sa_flags & SA_SIGINFO) && A.sa_sigaction == onSignal;
}

int catchCrashes(CrashHook Ask) {
  if (!Stacks)
    Stacks = static_cast<char *>(allocatePages(HookStack + InnerStack));
  if (!Stacks)
    return ENOMEM;
  struct sigaction Ours = {};
  Ours.sa_sigaction = onSignal;
  Ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  for (size_t I = 0; I < Count; ++I) {
    struct sigaction Now;
    if (sigaction(Signals[I], nullptr, &Now))
      return errno;
    if (isOurs(Now))
      continue;
    Before[I] = Now; // before it is ours, for it may happen at once
    IsKnown[I] = true;
    // System calls go on as after the program's handler.
    Ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER |
                    (isFunction(Now) ? Now.sa_flags & SA_RESTART : SA_RESTART);
    if (sigaction(Signals[I], &Ours, nullptr))
      return errno;
  }
  Hook = Ask;
  return 0;
}

void releaseCrashes() {
  Hook = nullptr;
  for (size_t I = 0; I < Count; ++I) {
    struct sigaction Now;
    if (IsKnown[I] && !sigaction(Signals[I], nullptr, &Now) && isOurs(Now))
      sigaction(Signals[I], &Before[I], nullptr);
  }
}

void giveSignalStack(void *Stack, size_t Size) {
  stack_t Now;
  if (sigaltstack(nullptr, &Now) || !(Now.ss_flags & SS_DISABLE))
    return;
  stack_t Ours = {};
  Ours.ss_sp = Stack;
  Ours.ss_size = Size;
  sigaltstack(&Ours, nullptr);
}

void takeSignalStack(void *Stack) {
  stack_t Now;
  if (sigaltstack(nullptr, &Now) || Now.ss_sp != Stack ||
      (Now.ss_flags & SS_ONSTACK))
    return;
  stack_t None = {};
  None.ss_flags = SS_DISABLE;
  sigaltstack(&None, nullptr);
}

CrashesUnblocked::CrashesUnblocked() : Before(0) {
  sigset_t Wanted, Old;
  sigemptyset(&Wanted);
  for (int Signal : Signals)
    sigaddset(&Wanted, Signal);
  pthread_sigmask(SIG_UNBLOCK, &Wanted, &Old);
  for (size_t I = 0; I < Count; ++I)
    Before |= static_cast<uint64_t>(sigismember(&Old, Signals[I]) == 1) << I;
}

CrashesUnblocked::~CrashesUnblocked() {
  sigset_t Again;
  sigemptyset(&Again);
  for (size_t I = 0; I < Count; ++I)
    if (Before >> I & 1)
      sigaddset(&Again, Signals[I]);
  pthread_sigmask(SIG_BLOCK, &Again, nullptr);
}

} // namespace hcr::sys
