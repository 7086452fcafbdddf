// Four threads call without a pause while new versions are loaded, crash in all of them and are rolled back: no call is lost, none has a wrong result.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=600000
// MODES: host-O2
// FLAGS: -pthread
//--- main.cpp
#include "construct.h"
#include "work.h"
#include <atomic>
#include <hcr/hcr.h>
#include <thread>
#include <vector>

static std::atomic<bool> Stop{false};
static std::atomic<long> Calls{0};

int main() {
  std::vector<std::thread> Threads;
  for (int I = 0; I < 4; ++I)
    Threads.emplace_back([I] {
      while (!Stop) {
        long R = work(I);
        CHECK(R == I + 100);
        ++Calls;
      }
    });
  for (int Version = 2; Version < 5; ++Version) {
    reload(Version);
    long Until = Calls + 2000;
    while (Calls < Until)
      std::this_thread::yield();
    if (Version % 2 == 0) // every other one crashes
      reported("\"rolled_back\"");
  }
  Stop = true;
  for (std::thread &T : Threads)
    T.join();
  CHECK(hcr_generation() == 3 + 2);
  return 0;
}
//--- work.h
long work(int Number);
//--- work.cpp
#include "work.h"
#define VERSION 1
static long inner(int Number) {
  volatile long Copy = VERSION;
  if (VERSION % 2 == 0)
    return *(volatile long *)Copy;
  return Number + Copy - VERSION;
}
long work(int Number) { return inner(Number) + 100; }
