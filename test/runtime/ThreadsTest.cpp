// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Threads that call, look up and reload at once; run with -fsanitize=thread.
#include "RuntimeTest.h"

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <ctime>
#include <linux/futex.h>
#include <mutex>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

using namespace hcr;
using Threads = RuntimeTest;

static TestImage version(int N, bool Host = false) {
  TestImage I("a.c", Host);
  I.variable("count", "long", "= 0");
  I.proc("step", "int step_actual(void) { return " + std::to_string(N) + "; }",
         {.Hash = static_cast<uint64_t>(N)});
  return I;
}

TEST_F(Threads, CallersAlwaysSeeAWholeVersion) {
  host(version(1, true));
  auto *Step = reinterpret_cast<int (*)()>(hcrGetProc("a.c", "step"));
  std::atomic<bool> Done = false;
  std::atomic<int> Newest = 1;
  std::vector<std::thread> Callers;
  for (int T = 0; T < 3; ++T)
    Callers.emplace_back([&] {
      int Last = 0;
      while (!Done) {
        int AtLeast = Newest;
        int Now = Step();
        EXPECT_GE(Now, Last) << "versions only go forward";
        EXPECT_GE(Now, AtLeast) << "a finished reload is seen by all";
        Last = Now;
        hcrGetProc("a.c", "step");
        hcrGetGlobal("a.c", "count");
        hcrReloadNeeded();
      }
    });
  for (int N = 2; N < 12; ++N) {
    build("a.c", version(N));
    // A caller may find it new before the builder's line is complete.
    EXPECT_NE(reload().Result, Outcome::Refused);
    Newest = N;
  }
  Done = true;
  for (std::thread &T : Callers)
    T.join();
  EXPECT_EQ(Step(), 11);
}

TEST_F(Threads, AskingAtOnceReloadsOnce) {
  host(version(1, true));
  build("a.c", version(2));
  std::atomic<int> Reloaded = 0, Unchanged = 0;
  std::vector<std::thread> Askers;
  for (int T = 0; T < 8; ++T)
    Askers.emplace_back([&] {
      switch (hcr_perform_code_reload()) {
      case HCR_RELOADED:
        ++Reloaded;
        break;
      case HCR_UNCHANGED:
        ++Unchanged;
        break;
      default:
        ADD_FAILURE();
      }
    });
  for (std::thread &T : Askers)
    T.join();
  EXPECT_EQ(Reloaded, 1);
  EXPECT_EQ(Unchanged, 7);
  EXPECT_EQ(hcrGeneration(), 1);
}

namespace {
uint64_t now() {
  timespec T;
  clock_gettime(CLOCK_MONOTONIC, &T);
  return static_cast<uint64_t>(T.tv_sec) * 1'000'000'000 +
         static_cast<uint64_t>(T.tv_nsec);
}

/// Threads that wait in system calls which return early after any signal.
class Waiters {
public:
  /// \p Wait waits for Milliseconds and gives what the call gave: 0 when the
  /// time was over, else what errno says.
  template <class Call> void add(Call Wait) {
    All.emplace_back([this, Wait] {
      ++Ready;
      while (!Done) {
        uint64_t Start = now();
        int Failed = Wait();
        Interrupted += Failed == EINTR;
        Wrong += Failed && Failed != EINTR;
        Early += now() - Start < Milliseconds * 1'000'000ull;
        ++Waits;
      }
    });
    while (Ready < static_cast<int>(All.size()))
      std::this_thread::yield();
  }
  void stop() {
    Done = true;
    for (std::thread &T : All)
      T.join();
  }
  static constexpr int Milliseconds = 20;
  std::atomic<int> Ready = 0, Waits = 0, Interrupted = 0, Early = 0, Wrong = 0;

private:
  std::atomic<bool> Done = false;
  std::vector<std::thread> All;
};
} // namespace

TEST_F(Threads, BlockedSystemCallsDoNotReturnEarly) {
  host(version(1, true));
  build("a.c", version(2));
  constexpr int Time = Waiters::Milliseconds;
  timespec Span = {0, Time * 1'000'000};
  int Pipe[2], Queue = epoll_create1(EPOLL_CLOEXEC);
  ASSERT_EQ(pipe(Pipe), 0);
  epoll_event Event = {};
  Event.events = EPOLLIN;
  ASSERT_EQ(epoll_ctl(Queue, EPOLL_CTL_ADD, Pipe[0], &Event), 0);
  std::atomic<uint32_t> Word = 0;
  Waiters W;
  W.add([&] {
    pollfd P = {Pipe[0], POLLIN, 0};
    return poll(&P, 1, Time) < 0 ? errno : 0;
  });
  W.add([&] {
    epoll_event Got;
    return epoll_wait(Queue, &Got, 1, Time) < 0 ? errno : 0;
  });
  W.add([&] { return nanosleep(&Span, nullptr) < 0 ? errno : 0; });
  W.add([&] {
    timeval T = {0, Time * 1000};
    fd_set Set;
    FD_ZERO(&Set);
    FD_SET(Pipe[0], &Set);
    return select(Pipe[0] + 1, &Set, nullptr, nullptr, &T) < 0 ? errno : 0;
  });
  W.add([&] {
    int Failed =
        syscall(SYS_futex, &Word, FUTEX_WAIT_PRIVATE, 0, &Span, nullptr, 0) < 0
            ? errno
            : 0;
    return Failed == ETIMEDOUT ? 0 : Failed;
  });
  // One that nothing but its byte may wake.
  std::atomic<ssize_t> Got = -2;
  int Byte[2];
  ASSERT_EQ(pipe(Byte), 0);
  std::thread Reader([&] {
    char C;
    Got = read(Byte[0], &C, 1);
  });
  for (int N = 0; N < 300; ++N)
    ASSERT_EQ(reload(/*Force=*/true).Result, Outcome::Reloaded);
  EXPECT_EQ(Got, -2);
  EXPECT_EQ(write(Byte[1], "x", 1), 1);
  Reader.join();
  EXPECT_EQ(Got, 1);
  W.stop();
  EXPECT_EQ(W.Interrupted, 0);
  EXPECT_EQ(W.Early, 0);
  EXPECT_EQ(W.Wrong, 0);
  EXPECT_GE(W.Waits, 5);
  EXPECT_EQ(hcrGeneration(), 300);
  for (int Descriptor : {Pipe[0], Pipe[1], Queue, Byte[0], Byte[1]})
    close(Descriptor);
}

TEST_F(Threads, BornAndEndingDuringReloads) {
  host(version(1, true));
  build("a.c", version(2));
  reloaded();
  auto *Step = reinterpret_cast<int (*)()>(hcrGetProc("a.c", "step"));
  std::atomic<bool> Done = false;
  std::atomic<int> Ended = 0;
  std::vector<std::thread> Makers;
  for (int T = 0; T < 3; ++T)
    Makers.emplace_back([&] {
      do {
        std::thread([&] {
          EXPECT_EQ(Step(), 2);
          ++Ended;
        }).join();
      } while (!Done);
    });
  for (int N = 0; N < 100; ++N)
    ASSERT_EQ(reload(/*Force=*/true).Result, Outcome::Reloaded);
  Done = true;
  for (std::thread &T : Makers)
    T.join();
  EXPECT_GE(Ended, 3);
}

TEST_F(Threads, AThreadMayHoldAnyLockOfItsOwn) {
  host(version(1, true));
  std::mutex Held;
  std::condition_variable Changed;
  bool Holds = false, Ends = false;
  std::thread Holder([&] {
    std::unique_lock Lock(Held);
    flockfile(stderr); // one of the C library's
    Holds = true;
    Changed.notify_all();
    Changed.wait(Lock, [&] { return Ends; });
    funlockfile(stderr);
  });
  {
    std::unique_lock Lock(Held);
    Changed.wait(Lock, [&] { return Holds; });
  }
  build("a.c", version(2));
  reloaded();
  EXPECT_EQ(call("a.c", "step"), 2);
  {
    std::unique_lock Lock(Held);
    Ends = true;
  }
  Changed.notify_all();
  Holder.join();
}

TEST_F(Threads, HandlersMayBeAddedMeanwhile) {
  host(version(1, true));
  static std::atomic<int> Calls;
  Calls = 0;
  std::thread Adder([] {
    for (int I = 0; I < 200; ++I) {
      auto Count = [](void *) { ++Calls; };
      hcr_add_event_handler(I % 2, Count, nullptr);
      hcr_remove_event_handler(I % 2, Count, nullptr);
    }
  });
  for (int N = 2; N < 6; ++N) {
    build("a.c", version(N));
    reloaded();
  }
  Adder.join();
}
