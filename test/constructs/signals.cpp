// Signal handlers of C++: installed before, called after; raised in old and new code.
// RUN: %{construct} %s %t
//--- main.cpp
#include "construct.h"
#include <csignal>
#include <unistd.h>
#define VERSION 1

static volatile std::sig_atomic_t Seen = 0;
struct Handler {
  static void handle(int Number) { Seen = Number * 100 + VERSION; }
};
static void withInfo(int, siginfo_t *Info, void *) {
  Seen = Info->si_value.sival_int + VERSION;
}
static int send(int Number) {
  Seen = 0;
  std::raise(Number);
  return Seen;
}
static int queue(int Value) {
  Seen = 0;
  sigval V;
  V.sival_int = Value;
  sigqueue(getpid(), SIGUSR2, V);
  return Seen;
}

int main() {
  std::signal(SIGUSR1, Handler::handle);
  std::signal(SIGTERM, [](int) { Seen = 7 * VERSION; });
  struct sigaction Action {};
  Action.sa_sigaction = withInfo;
  Action.sa_flags = SA_SIGINFO;
  sigaction(SIGUSR2, &Action, nullptr);
  CHECK(send(SIGUSR1) == SIGUSR1 * 100 + 1 && send(SIGTERM) == 7);
  CHECK(queue(40) == 41);
  reload(2);
  CHECK(send(SIGUSR1) == SIGUSR1 * 100 + 2 && send(SIGTERM) == 14);
  CHECK(queue(40) == 42);
  CHECK(std::signal(SIGUSR1, SIG_DFL) == Handler::handle);
  return 0;
}
