// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Threads that call, look up and reload at once; run with -fsanitize=thread.
#include "RuntimeTest.h"

#include <atomic>
#include <thread>

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
