// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Process.h"

#include "Futex.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace hcr::sys {

std::string executablePath() {
  std::string Path(4096, '\0');
  ssize_t Size = readlink("/proc/self/exe", Path.data(), Path.size());
  if (Size <= 0)
    return {};
  Path.resize(static_cast<size_t>(Size));
  // The kernel marks the name when the file was unlinked, as a relink does.
  constexpr std::string_view Deleted = " (deleted)";
  if (Path.ends_with(Deleted) && !identify(Path))
    Path.resize(Path.size() - Deleted.size());
  return Path;
}

FileId executableFile() { return identify("/proc/self/exe"); }

int processId() { return getpid(); }

bool processLives(int Id) { return !kill(Id, 0) || errno != ESRCH; }

bool isSecure() { return getauxval(AT_SECURE) != 0; }

const char *environment(const char *Name) {
  const char *Value = isSecure() ? nullptr : getenv(Name);
  return Value && *Value ? Value : nullptr;
}

static uint64_t read(clockid_t Clock) {
  timespec Time;
  clock_gettime(Clock, &Time);
  return static_cast<uint64_t>(Time.tv_sec) * 1000000000u +
         static_cast<uint64_t>(Time.tv_nsec);
}

uint64_t now() { return read(CLOCK_MONOTONIC); }

int64_t fileClock() {
  return static_cast<int64_t>(read(CLOCK_REALTIME_COARSE));
}

namespace {
struct Start {
  void (*Body)(void *);
  void *Context;
};
} // namespace

namespace {
struct OwnThread {
  std::atomic<int> Id;
  std::atomic<uintptr_t> Stack, StackEnd;
};
} // namespace

// One thread for the socket; tests have a few at once.
static OwnThread OwnThreads[16];

static OwnThread *replaceOwnThread(int Before, int Now) {
  for (OwnThread &Own : OwnThreads) {
    int Expected = Before;
    if (Own.Id.compare_exchange_strong(Expected, Now))
      return &Own;
  }
  return nullptr;
}

bool isOwnThread(int Id) {
  for (const OwnThread &Own : OwnThreads)
    if (Own.Id == Id)
      return true;
  return false;
}

int currentThread() { return static_cast<int>(syscall(SYS_gettid)); }

bool threadLives(int Id) {
  return !syscall(SYS_tgkill, getpid(), Id, 0) || errno != ESRCH;
}

void Event::set() {
  IsSet = 1;
  futexWake(IsSet);
}

void Event::wait(uint64_t Longest) {
  if (!IsSet && Longest)
    futexWait(IsSet, 0, Longest);
  IsSet = 0;
}

std::vector<ObjectRange> ownStacks() {
  std::vector<ObjectRange> Result;
  for (const OwnThread &Own : OwnThreads)
    if (Own.Id && Own.StackEnd)
      Result.push_back({reinterpret_cast<const char *>(Own.Stack.load()),
                        reinterpret_cast<const char *>(Own.StackEnd.load())});
  return Result;
}

/// Where this thread's stack lies.
static void noteStack(OwnThread &Own) {
  pthread_attr_t Attributes;
  void *Stack;
  size_t Size;
  Own.StackEnd = 0;
  if (pthread_getattr_np(pthread_self(), &Attributes))
    return;
  if (!pthread_attr_getstack(&Attributes, &Stack, &Size)) {
    Own.Stack = reinterpret_cast<uintptr_t>(Stack);
    Own.StackEnd = reinterpret_cast<uintptr_t>(Stack) + Size;
  }
  pthread_attr_destroy(&Attributes);
}

void rest(int Milliseconds) {
  timespec Left = {Milliseconds / 1000, Milliseconds % 1000 * 1000000L};
  while (nanosleep(&Left, &Left) && errno == EINTR)
    ;
}

static void *runThread(void *Argument) {
  Start S = *static_cast<Start *>(Argument);
  delete static_cast<Start *>(Argument);
  int Me = currentThread();
  if (OwnThread *Own = replaceOwnThread(0, Me))
    noteStack(*Own);
  S.Body(S.Context);
  replaceOwnThread(Me, 0);
  return nullptr;
}

int startThread(const char *Name, void (*Body)(void *), void *Context) {
  // Reloads run user code (handlers, initialisers) on this thread, so the stack
  // is not tiny; untouched pages cost address space only.
  constexpr size_t StackSize = 1 << 20;
  pthread_attr_t Attributes;
  pthread_attr_init(&Attributes);
  pthread_attr_setdetachstate(&Attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&Attributes, StackSize);
  sigset_t All, Before;
  sigfillset(&All);
  pthread_sigmask(SIG_SETMASK, &All, &Before);
  auto *Argument = new Start{Body, Context};
  pthread_t Thread;
  int Failed = pthread_create(&Thread, &Attributes, runThread, Argument);
  if (Failed)
    delete Argument;
  else
    pthread_setname_np(Thread, Name);
  pthread_sigmask(SIG_SETMASK, &Before, nullptr);
  pthread_attr_destroy(&Attributes);
  return Failed;
}

void writeQuietly(int Descriptor, const char *Text, size_t Size) {
  int Before = errno;
  sigset_t Pipe, Old, Pending;
  sigemptyset(&Pipe);
  sigaddset(&Pipe, SIGPIPE);
  sigpending(&Pending);
  bool WasPending = sigismember(&Pending, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &Pipe, &Old);
  ssize_t Done;
  do
    Done = ::write(Descriptor, Text, Size);
  while (Done < 0 && errno == EINTR);
  // A SIGPIPE made here is taken back before the program can see it.
  if (Done < 0 && errno == EPIPE && !WasPending) {
    timespec NoTime = {0, 0};
    while (sigtimedwait(&Pipe, nullptr, &NoTime) < 0 && errno == EINTR)
      ;
  }
  pthread_sigmask(SIG_SETMASK, &Old, nullptr);
  errno = Before;
}

int openAppending(const char *Path) {
  int Low =
      open(Path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
  if (Low < 0)
    return -1;
  // A high number stays out of the way of programs that count on getting 3.
  int High = fcntl(Low, F_DUPFD_CLOEXEC, 200);
  if (High < 0)
    return Low;
  close(Low);
  return High;
}

FileId identifyDescriptor(int Descriptor) {
  struct stat S;
  FileId Id;
  if (!fstat(Descriptor, &S)) {
    Id.Device = S.st_dev;
    Id.Inode = S.st_ino;
  }
  return Id;
}

bool stillIs(int Descriptor, const FileId &Id) {
  FileId Now = identifyDescriptor(Descriptor);
  return Now && Now.Device == Id.Device && Now.Inode == Id.Inode;
}

} // namespace hcr::sys
