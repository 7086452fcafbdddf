// Thread-local objects with constructors and destructors: members, inline ones,
// in functions and templates; new ones are made in threads that run, once.
// RUN: %{construct} %s %t -pthread
// RUN: %{construct} %s %t.hidden --modes=host-O2 -pthread -fvisibility=hidden
//--- main.cpp
#include "construct.h"
#include "objects.h"
#include <semaphore.h>
#include <thread>

std::atomic<int> Made, Gone;

namespace {
struct Worker {
  sem_t Ask, Answered;
  bool Ended = false;
  std::thread Thread;
  Worker() {
    sem_init(&Ask, 0, 0);
    sem_init(&Answered, 0, 0);
    Thread = std::thread([this] {
      for (int N = 0;; ++N) {
        sem_wait(&Ask);
        if (Ended)
          return;
        step(N);
        elsewhere(N);
        sem_post(&Answered);
      }
    });
  }
  void ask() {
    sem_post(&Ask);
    sem_wait(&Answered);
  }
  ~Worker() {
    Ended = true;
    sem_post(&Ask);
    Thread.join();
  }
};
} // namespace

int main() {
  {
    Worker Before;
    step(0), elsewhere(0), Before.ask();
    CHECK(Made == 14 && Gone == 0);
    reload(2);
    step(1), elsewhere(1), Before.ask();
    CHECK(Made == 18 && Gone == 0);
    {
      Worker Between;
      Between.ask();
      CHECK(Made == 27 && Gone == 0);
      reload(3);
      Between.ask();
      step(2), elsewhere(2), Before.ask();
      CHECK(Made == 27 && Gone == 0);
    }
    CHECK(Gone == 9);
    Worker After;
    After.ask();
    CHECK(Made == 36);
  }
  CHECK(Made == 36 && Gone == 27);
}
//--- objects.h
#include <atomic>
#include <string>
extern std::atomic<int> Made, Gone;
struct Object {
  std::string Text;
  int Value;
  explicit Object(int Value) : Text(30, 'x'), Value(Value) { ++Made; }
  ~Object() { Gone += Text.size() == 30; }
};
struct Holder {
  static thread_local Object Member;
};
inline thread_local Object Inline(3);
template <class T> struct Template {
  static thread_local Object InTemplate;
};
template <class T> thread_local Object Template<T>::InTemplate(sizeof(T));
extern thread_local Object Shared;
extern thread_local Object Added;
inline Object &inFunction() {
  static thread_local Object Local(6);
  return Local;
}
int dynamic();
extern thread_local int Number;
void step(int N), elsewhere(int N);
//--- objects.cpp
#include "objects.h"
#include "construct.h"

#define VERSION 1

thread_local Object Shared(1);
thread_local Object Holder::Member(2);
namespace {
thread_local Object Anonymous(4);
}
#if VERSION >= 2
thread_local Object Added(10);
static thread_local Object Other(11);
#endif
int dynamic() { return 100; }
thread_local int Number = dynamic();

static Object &local() {
  static thread_local Object Local(5);
  return Local;
}

void step(int N) {
  CHECK(Shared.Value == 1 + 2 * N && Holder::Member.Value == 2 + N);
  ++Shared.Value, ++Holder::Member.Value;
  CHECK(Inline.Value == 3 + N && Anonymous.Value == 4 + N);
  ++Inline.Value, ++Anonymous.Value;
  CHECK(Template<int>::InTemplate.Value == 4 + N && Number == 100 + N);
  ++Template<int>::InTemplate.Value, ++Number;
  CHECK(local().Value == 5 + N && inFunction().Value == 6 + 2 * N);
  ++local().Value, ++inFunction().Value;
#if VERSION >= 2
  int First = Other.Value - 11;
  CHECK(First <= N && Added.Value == 10 + 2 * First);
  ++Added.Value, ++Other.Value;
#endif
}
//--- other.cpp
#include "construct.h"
#include "objects.h"

#define VERSION 1

void elsewhere(int N) {
  CHECK(Shared.Value == 2 + 2 * N && inFunction().Value == 7 + 2 * N);
  ++Shared.Value, ++inFunction().Value;
#if VERSION >= 2
  ++Added.Value;
#endif
  CHECK(Number == 101 + N && N < VERSION);
}
