// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// While threads are held, one of them may have malloc's lock, or any other: so
// from the first signal on there are system calls here and nothing else.
#include "Threads.h"

#include "Futex.h"
#include "Process.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace hcr::sys {

namespace {

struct Record {
  std::atomic<int> Thread;
  std::atomic<uintptr_t> Stack;
};

// One process, one holder at a time; not on a heap, for a handler reads it.
constexpr size_t MaxThreads = 4096;
Record Records[MaxThreads];
std::atomic<size_t> RecordCount;
std::atomic<uint32_t> Arrived, Left;
std::atomic<uint32_t> Held; // 1: handlers wait
int HoldingSignal;

constexpr uint64_t Patience = 2'000'000'000; // ns until a thread must be there
// The C library blocks all signals while it starts and ends threads, and so
// does the kernel until a thread has left the handler of the time before.
constexpr uint64_t BlocksAtMost = 200'000'000; // ns

} // namespace

/// On the held thread. The kernel has put all registers on its stack, above
/// this frame.
static void wait(int, siginfo_t *Info, void *) {
  if (Info->si_code != SI_TKILL || Info->si_pid != getpid() || !Held.load())
    return;
  int Before = errno, Me = currentThread();
  for (size_t I = 0; I < RecordCount.load(); ++I) {
    if (Records[I].Thread.load() != Me || Records[I].Stack.load())
      continue;
    Records[I].Stack = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
    Arrived.fetch_add(1);
    futexWake(Arrived);
    while (Held.load())
      futexWait(Held, 1, 0);
    Left.fetch_add(1);
    futexWake(Left);
    break;
  }
  errno = Before;
}

/// A real-time signal that the program has no use for. Once taken it is kept,
/// so that one that comes late never meets the default action, which is death.
static bool takeSignal() {
  struct sigaction Now;
  if (HoldingSignal && !sigaction(HoldingSignal, nullptr, &Now) &&
      (Now.sa_flags & SA_SIGINFO) && Now.sa_sigaction == wait)
    return true;
  for (int Signal = SIGRTMAX - 1; Signal > SIGRTMIN; --Signal) {
    if (sigaction(Signal, nullptr, &Now) || (Now.sa_flags & SA_SIGINFO) ||
        Now.sa_handler != SIG_DFL)
      continue;
    struct sigaction Ours = {};
    Ours.sa_sigaction = wait;
    Ours.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&Ours.sa_mask);
    if (sigaction(Signal, &Ours, nullptr))
      continue;
    HoldingSignal = Signal;
    return true;
  }
  return false;
}

namespace {
/// A descriptor of a moment.
class File {
public:
  File(int Directory, const char *Name, int Flags)
      : Number(openat(Directory, Name, O_RDONLY | O_CLOEXEC | Flags)) {}
  ~File() {
    if (Number >= 0)
      close(Number);
  }
  File(const File &) = delete;
  File &operator=(const File &) = delete;
  const int Number;
};
} // namespace

/// A signal sent to a thread that blocks it would wait there for ever.
static bool blocks(int Tasks, const char *Thread, int Signal) {
  File Task(Tasks, Thread, O_DIRECTORY);
  File Status(Task.Number, "status", 0);
  char Text[4096];
  ssize_t Size = read(Status.Number, Text, sizeof(Text) - 1);
  if (Size <= 0)
    return false; // it has ended
  Text[Size] = 0;
  const char *At = strstr(Text, "\nSigBlk:");
  if (!At)
    return true;
  unsigned long long Mask = 0;
  for (At += strlen("\nSigBlk:\t"); *At && *At != '\n'; ++At)
    Mask = Mask << 4 |
           static_cast<unsigned>(*At <= '9' ? *At - '0' : *At - 'a' + 10);
  return Mask >> (Signal - 1) & 1;
}

static int numberOf(const char *Name) {
  int Number = 0;
  for (; *Name >= '0' && *Name <= '9'; ++Name)
    Number = Number * 10 + (*Name - '0');
  return *Name ? 0 : Number;
}

static bool isRecorded(int Thread) {
  for (size_t I = 0; I < RecordCount.load(); ++I)
    if (Records[I].Thread.load() == Thread)
      return true;
  return false;
}

/// Why not all could be held.
enum class Failure { None, NoTasks, TooMany, Blocks, Silent };
struct Problem {
  Failure Kind = Failure::None;
  int Thread = 0;
};

static Problem signalOne(int Tasks, const char *Name, bool &Found) {
  int Thread = numberOf(Name);
  if (!Thread || Thread == currentThread() || isOwnThread(Thread) ||
      isRecorded(Thread))
    return {};
  size_t Index = RecordCount.load();
  if (Index == MaxThreads)
    return {Failure::TooMany, Thread};
  for (uint64_t Deadline = now() + BlocksAtMost;
       blocks(Tasks, Name, HoldingSignal);) {
    if (now() > Deadline)
      return {Failure::Blocks, Thread};
    timespec Moment = {0, 100'000};
    syscall(SYS_nanosleep, &Moment, nullptr);
  }
  Records[Index].Stack = 0;
  Records[Index].Thread = Thread;
  RecordCount = Index + 1;
  Found = true;
  if (syscall(SYS_tgkill, getpid(), Thread, HoldingSignal))
    Records[Index].Thread = 0; // it has ended
  return {};
}

/// Signals the threads that have no signal yet. Found: there were some.
static Problem signalNew(bool &Found) {
  Found = false;
  File Tasks(AT_FDCWD, "/proc/self/task", O_DIRECTORY);
  if (Tasks.Number < 0)
    return {Failure::NoTasks};
  alignas(dirent64) char Buffer[8192];
  for (;;) {
    long Size = syscall(SYS_getdents64, Tasks.Number, Buffer, sizeof(Buffer));
    if (Size <= 0)
      return {};
    for (long At = 0; At < Size;) {
      auto *Entry = reinterpret_cast<dirent64 *>(Buffer + At);
      At += Entry->d_reclen;
      if (Problem P = signalOne(Tasks.Number, Entry->d_name, Found);
          P.Kind != Failure::None)
        return P;
    }
  }
}

/// Waits for all that were signalled.
static Problem allArrive() {
  uint64_t Deadline = now() + Patience;
  for (;;) {
    uint32_t Before = Arrived.load();
    int Missing = 0;
    for (size_t I = 0; I < RecordCount.load(); ++I)
      if (int Thread = Records[I].Thread; Thread && !Records[I].Stack.load()) {
        if (threadLives(Thread))
          Missing = Thread;
        else
          Records[I].Thread = 0;
      }
    if (!Missing)
      return {};
    if (now() > Deadline)
      return {Failure::Silent, Missing};
    futexWait(Arrived, Before, 2'000'000);
  }
}

static std::string describe(const Problem &P) {
  std::string Thread = "thread " + std::to_string(P.Thread);
  switch (P.Kind) {
  case Failure::NoTasks:
    return "/proc/self/task cannot be read";
  case Failure::TooMany:
    return "there are more than " + std::to_string(MaxThreads) + " threads";
  case Failure::Blocks:
    return Thread + " blocks signal " + std::to_string(HoldingSignal);
  default:
    return Thread + " does not answer";
  }
}

bool HeldThreads::hold(std::string &Why) {
  if (!takeSignal()) {
    Why = "the program uses every real-time signal";
    return false;
  }
  RecordCount = 0;
  Arrived = Left = 0;
  Held = 1;
  Holding = true;
  // A thread may start another one before it is held, so until none is new.
  Problem P;
  for (bool Found = true; Found && P.Kind == Failure::None;) {
    P = signalNew(Found);
    if (P.Kind == Failure::None)
      P = allArrive();
  }
  Count = Arrived.load();
  if (P.Kind == Failure::None)
    return true;
  release();
  Why = describe(P);
  return false;
}

void HeldThreads::release() {
  if (!Holding)
    return;
  Holding = false;
  Held = 0;
  futexWake(Held);
  // Until the last handler has read what it needs.
  for (uint32_t Gone = Left; Gone < Arrived.load(); Gone = Left)
    futexWait(Left, Gone, 2'000'000);
}

uintptr_t HeldThreads::stackStart(uintptr_t Begin, uintptr_t End) const {
  uintptr_t Start = 0;
  for (size_t I = 0; I < RecordCount.load(); ++I)
    if (uintptr_t Stack = Records[I].Stack; Records[I].Thread.load() &&
                                            Stack >= Begin && Stack < End &&
                                            (!Start || Stack < Start))
      Start = Stack; // two stacks in one mapping: from the lower one on
  return Start;
}

int HeldThreads::threadAt(uintptr_t At, uintptr_t Own) const {
  uintptr_t Nearest = Own <= At ? Own : 0;
  int Thread = Nearest ? currentThread() : 0;
  for (size_t I = 0; I < RecordCount.load(); ++I)
    if (uintptr_t Stack = Records[I].Stack;
        Records[I].Thread.load() && Stack <= At && Stack > Nearest) {
      Nearest = Stack;
      Thread = Records[I].Thread;
    }
  return Thread;
}

} // namespace hcr::sys
