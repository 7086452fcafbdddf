// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Child.h"
#include "Process.h"
#include "Report.h"
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;

namespace hcr {

// Everything that can be passed on; faults of our own stay ours.
static sigset_t passedSignals() {
  sigset_t Set;
  sigfillset(&Set);
  for (int Signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS})
    sigdelset(&Set, Signal);
  return Set;
}

Expected<Child> Child::start(const std::string &Path,
                             const std::vector<std::string> &Words,
                             const std::vector<std::string> &Environment,
                             int StandardOutput) {
  std::vector<char *> Pointers = {const_cast<char *>(Path.c_str())};
  for (const std::string &Word : Words)
    Pointers.push_back(const_cast<char *>(Word.c_str()));
  Pointers.push_back(nullptr);

  int Pipe[2]; // tells us why exec failed; closes by itself when it did not
  if (pipe2(Pipe, O_CLOEXEC) != 0)
    return systemFailure("cannot make a pipe", errno);
  Descriptor Input(Pipe[0]), Output(Pipe[1]);
  sigset_t Passed = passedSignals(), Before;
  sigprocmask(SIG_BLOCK, &Passed, &Before);
  Child Result;
  Result.Signals.reset(signalfd(-1, &Passed, SFD_CLOEXEC));
  Result.Pid = fork();
  if (Result.Pid < 0)
    return systemFailure("cannot start '" + Path + "'", errno);
  if (Result.Pid == 0) {
    sigprocmask(SIG_SETMASK, &Before, nullptr);
    restoreFileMask();
    if (StandardOutput >= 0)
      dup2(StandardOutput, STDOUT_FILENO);
    for (const std::string &Setting : Environment)
      putenv(const_cast<char *>(Setting.c_str()));
    execv(Path.c_str(), Pointers.data());
    int Code = errno;
    (void)!write(Output.get(), &Code, sizeof(Code));
    _exit(127);
  }
  Output.reset();
  int Code = 0;
  if (read(Input.get(), &Code, sizeof(Code)) == sizeof(Code)) {
    waitpid(Result.Pid, nullptr, 0);
    return systemFailure("cannot run '" + Path + "'", Code);
  }
  return std::move(Result);
}

bool Child::ended(int &Code) {
  int Status;
  while (waitpid(Pid, &Status, WNOHANG | WUNTRACED) == Pid) {
    if (WIFSTOPPED(Status)) {
      raise(SIGSTOP); // so that the shell sees the job stop
      continue;
    }
    Code = WIFEXITED(Status) ? WEXITSTATUS(Status) : 128 + WTERMSIG(Status);
    return true;
  }
  return false;
}

// Ctrl-C reaches the whole process group, the program has it already; what
// another process sent to us alone is passed on.
void Child::pass(int Signal, bool FromTerminal) {
  if (Signal == SIGTSTP && FromTerminal)
    return; // the program decides whether to stop; then we do, too
  if (!FromTerminal)
    kill(Pid, Signal);
}

int Child::wait(int64_t Limit, bool &TimedOut) {
  Stopwatch Watch;
  int Code = 0;
  TimedOut = false;
  while (!ended(Code)) {
    int64_t Left = -1;
    if (Limit >= 0 && !TimedOut) {
      Left = Limit - int64_t(Watch.milliseconds());
      if (Left <= 0) {
        TimedOut = true;
        kill(Pid, SIGKILL);
        continue;
      }
    }
    pollfd Wait = {Signals.get(), POLLIN, 0};
    signalfd_siginfo Info;
    if (poll(&Wait, 1, int(std::min<int64_t>(Left, INT_MAX))) <= 0 ||
        read(Signals.get(), &Info, sizeof(Info)) != sizeof(Info))
      continue;
    if (Info.ssi_signo != SIGCHLD)
      pass(int(Info.ssi_signo), Info.ssi_code == SI_KERNEL);
  }
  return Code;
}

} // namespace hcr
