// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Process.h"
#include "Files.h"
#include "Report.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Threading.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace llvm;

namespace hcr {

static int64_t steadyNanoseconds() {
  return std::chrono::steady_clock::now().time_since_epoch() /
         std::chrono::nanoseconds(1);
}

Stopwatch::Stopwatch() : Start(steadyNanoseconds()) {}
double Stopwatch::milliseconds() const {
  return double(steadyNanoseconds() - Start) / 1e6;
}

namespace {
// The children that run now.
class Children {
public:
  // Starts one unless hcr is stopping.
  template <class Spawner> int start(pid_t &Child, Spawner Spawn) {
    std::lock_guard Guard(Mutex);
    if (Stopping)
      return ECANCELED;
    int Code = Spawn();
    if (Code == 0)
      Running.insert(Child);
    return Code;
  }
  void forget(pid_t Child) {
    std::lock_guard Guard(Mutex);
    Running.erase(Child);
  }
  void stop() {
    std::lock_guard Guard(Mutex);
    Stopping = true;
    for (pid_t Child : Running)
      kill(Child, SIGKILL);
  }
  bool isStopping() {
    std::lock_guard Guard(Mutex);
    return Stopping;
  }

private:
  std::mutex Mutex;
  std::set<pid_t> Running;
  bool Stopping = false;
};

Children &children() {
  static Children All;
  return All;
}

// posix_spawn's settings: all signals as a fresh program expects them, stdout
// and stderr into one pipe.
class SpawnSettings {
public:
  SpawnSettings(const std::string &Directory, int Output, bool OwnGroup) {
    posix_spawn_file_actions_init(&Actions);
    posix_spawnattr_init(&Attributes);
    if (!Directory.empty())
      posix_spawn_file_actions_addchdir_np(&Actions, Directory.c_str());
    posix_spawn_file_actions_addopen(&Actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&Actions, Output, 1);
    posix_spawn_file_actions_adddup2(&Actions, Output, 2);
    sigset_t None, All;
    sigemptyset(&None);
    sigfillset(&All);
    posix_spawnattr_setsigmask(&Attributes, &None);
    posix_spawnattr_setsigdefault(&Attributes, &All);
    short Flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (OwnGroup)
      Flags |= POSIX_SPAWN_SETPGROUP;
    posix_spawnattr_setflags(&Attributes, Flags);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&Actions);
    posix_spawnattr_destroy(&Attributes);
  }
  posix_spawn_file_actions_t Actions;
  posix_spawnattr_t Attributes;
};
} // namespace

static std::string readToEnd(int Input) {
  std::string Text;
  char Buffer[16384];
  for (;;) {
    ssize_t Count = read(Input, Buffer, sizeof(Buffer));
    if (Count < 0 && errno == EINTR)
      continue;
    if (Count <= 0)
      return Text;
    Text.append(Buffer, size_t(Count));
  }
}

Expected<Finished> runCaptured(const Command &Words,
                               const std::string &Directory, bool OwnGroup) {
  Stopwatch Watch;
  int Pipe[2];
  if (pipe2(Pipe, O_CLOEXEC) != 0)
    return systemFailure("cannot make a pipe", errno);
  Descriptor Input(Pipe[0]), Output(Pipe[1]);
  std::vector<char *> Pointers;
  for (const std::string &Word : Words)
    Pointers.push_back(const_cast<char *>(Word.c_str()));
  Pointers.push_back(nullptr);

  pid_t Child;
  SpawnSettings Settings(Directory, Output.get(), OwnGroup);
  int Code = children().start(Child, [&] {
    return posix_spawn(&Child, Pointers[0], &Settings.Actions,
                       &Settings.Attributes, Pointers.data(), environ);
  });
  if (Code != 0)
    return systemFailure("cannot run '" + Words[0] + "' in '" + Directory + "'",
                         Code);
  Output.reset();
  Finished Result;
  Result.Output = readToEnd(Input.get());
  // Not to be killed once its number may be somebody else's.
  siginfo_t Info;
  while (waitid(P_PID, id_t(Child), &Info, WEXITED | WNOWAIT) < 0 &&
         errno == EINTR)
    ;
  children().forget(Child);
  int Status = 0;
  while (waitpid(Child, &Status, 0) < 0 && errno == EINTR)
    ;
  Result.Code =
      WIFEXITED(Status) ? WEXITSTATUS(Status) : 128 + WTERMSIG(Status);
  Result.Milliseconds = Watch.milliseconds();
  return Result;
}

void stopChildren() { children().stop(); }
bool isStopping() { return children().isStopping(); }

void forEachParallel(size_t Count, unsigned Workers,
                     const std::function<void(size_t)> &Job) {
  std::atomic<size_t> Next = 0;
  auto Work = [&] {
    for (size_t I; (I = Next++) < Count;)
      Job(I);
  };
  std::vector<std::thread> Threads;
  for (unsigned I = 1; I < std::min<size_t>(Workers, Count); ++I)
    Threads.emplace_back(Work);
  Work();
  for (std::thread &T : Threads)
    T.join();
}

unsigned processorCount() {
  return hardware_concurrency().compute_thread_count();
}

std::string shellQuoted(const Command &Words) {
  std::string Text;
  raw_string_ostream Out(Text);
  for (const std::string &Word : Words) {
    if (!Text.empty())
      Out << ' ';
    sys::printArg(Out, Word, /*Quote=*/false);
  }
  return Text;
}

static mode_t GivenMask;

void keepOthersOut() {
  GivenMask = umask(S_IWOTH);
  umask(GivenMask | S_IWOTH);
}

void restoreFileMask() { umask(GivenMask); }

} // namespace hcr
