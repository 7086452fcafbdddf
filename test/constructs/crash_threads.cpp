// Worker threads crash in new code, several at once and by endless recursion; one with an alternate stack of its own keeps it.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=600000
// MODES: host-O2 module-O0
// FLAGS: -pthread
//--- main.cpp
#include "construct.h"
#include "work.h"
#include <csignal>
#include <hcr/hcr.h>
#include <latch>
#include <thread>
#include <vector>

static long allAtOnce() {
  constexpr int Count = 8;
  std::latch Go(Count);
  std::vector<long> Results(Count);
  std::vector<std::thread> Threads;
  for (int I = 0; I < Count; ++I)
    Threads.emplace_back([&, I] {
      static char Stacks[Count][16384];
      stack_t Own{}, Now{};
      Own.ss_sp = Stacks[I];
      Own.ss_size = sizeof(Stacks[I]);
      if (I % 2)
        sigaltstack(&Own, nullptr);
      Go.arrive_and_wait();
      Results[I] = work(I);
      sigaltstack(nullptr, &Now);
      CHECK(I % 2 == 0 || Now.ss_sp == Own.ss_sp);
      CHECK(work(I) == Results[I]);
    });
  for (std::thread &T : Threads)
    T.join();
  long Sum = 0;
  for (long Result : Results)
    Sum += Result;
  return Sum;
}

int main() {
  CHECK(allAtOnce() == 28 + 8 * 100);
  for (int Version : {2, 3}) {
    intptr_t Before = hcr_generation();
    reload(Version);
    CHECK(allAtOnce() == 28 + 8 * 100);
    reported("\"rolled_back\"");
    CHECK(hcr_generation() == Before + 2); // once for all of them
  }
  reload(4);
  CHECK(allAtOnce() == 8 * 4);
  return 0;
}
//--- work.h
long work(int Number);
//--- work.cpp
#include "work.h"
#define VERSION 1

static long deep(volatile int *Number) {
  volatile int Frame[64];
  Frame[*Number % 64] = *Number;
  ++*Number;
  return deep(Number) + Frame[3];
}

long work(int Number) {
  volatile int Copy = Number;
  if (VERSION == 2)
    return deep(&Copy);
  if (VERSION == 3)
    return *(volatile long *)(long)Copy;
  return VERSION == 4 ? 4 : Number + 100;
}
