// Bodies of std::thread, std::jthread and std::async that run across an edit, condition variables between old and new code.
// RUN: %{construct} %s %t
// FLAGS: -pthread
//--- main.cpp
#include "construct.h"
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <semaphore>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>
#define VERSION 1

static int step(int N) { return N * VERSION; }

struct Queue {
  std::mutex Lock;
  std::condition_variable Changed;
  std::vector<int> Items;
  void put(int N) {
    {
      std::lock_guard Guard(Lock);
      Items.push_back(N * VERSION);
    }
    Changed.notify_all();
  }
  int take() {
    std::unique_lock Guard(Lock);
    Changed.wait(Guard, [this] { return !Items.empty(); });
    int N = Items.back();
    Items.pop_back();
    return N + VERSION;
  }
};

struct Worker {
  std::atomic<int> Turns{0}, Last{0};
  std::counting_semaphore<> Go{0}, Done{0};
  void run(std::stop_token Stop) {
    while (true) {
      Go.acquire();
      if (Stop.stop_requested())
        return;
      Last = step(++Turns);
      Done.release();
    }
  }
  int turn() {
    Go.release();
    Done.acquire();
    return Last;
  }
};

static int wait(std::counting_semaphore<> &Until, int N) {
  Until.acquire();
  return step(N) + 1;
}

static Queue Q;
static void put(int N) { Q.put(N); }
static thread_local int Own = 5;
static int own() { return Own += VERSION; }

int main() {
  Worker W;
  std::jthread Running([&W](std::stop_token Stop) { W.run(Stop); });
  std::counting_semaphore<> Go{0}, Ready{0};
  auto Async = std::async(std::launch::async, wait, std::ref(Go), 10);
  auto Deferred = std::async(std::launch::deferred, step, 7);
  std::packaged_task<int(int)> Packaged(step);
  std::promise<std::string> Promise;
  std::thread Waiter([&] { Promise.set_value(std::to_string(Q.take())); });
  int OwnOfThread = 0;
  std::thread WithOwn([&] {
    own();
    Ready.release();
    Go.acquire();
    OwnOfThread = own();
    Go.release();
  });
  Ready.acquire();
  CHECK(W.turn() == 1 && W.turn() == 2 && own() == 6);
  reload(2);
  CHECK(W.turn() == 6 && W.turn() == 8);
  Go.release();
  Go.release();
  CHECK(Async.get() == 21 && Deferred.get() == 14);
  Packaged(6);
  CHECK(Packaged.get_future().get() == 12);
  put(30);
  std::string Taken = Promise.get_future().get();
  CHECK(Taken == "61" || Taken == "62"); // take() waited in its old body
  WithOwn.join();
  CHECK(OwnOfThread == 8 && own() == 8);
  Waiter.join();
  Running.request_stop();
  W.Go.release();
  Running.join();
  std::vector<std::thread> More;
  std::atomic<int> Sum{0};
  for (int I = 1; I <= 4; ++I)
    More.emplace_back([I, &Sum] { Sum += step(I) + own(); });
  for (std::thread &T : More)
    T.join();
  CHECK(Sum == 20 + 4 * 7);
  return 0;
}
