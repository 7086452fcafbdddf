// Coroutines suspended across an edit: resumed, finished and destroyed after it; what they call is new.
// RUN: %{construct} %s %t
//--- main.cpp
#include "construct.h"
#include <coroutine>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#define VERSION 1

static int Destroyed = 0;
static int value(int N) { return N * VERSION; }

struct Guard {
  int Add = 1;
  ~Guard() { Destroyed += Add * VERSION; }
};

template <typename T> struct Generator {
  struct promise_type {
    std::optional<T> Value;
    std::exception_ptr Error;
    Generator get_return_object() {
      return Generator(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(T V) {
      Value = V + VERSION * 1000; // the promise's functions are edited too
      return {};
    }
    void return_void() { Value.reset(); }
    void unhandled_exception() { Error = std::current_exception(); }
  };
  std::coroutine_handle<promise_type> Handle;
  explicit Generator(std::coroutine_handle<promise_type> H) : Handle(H) {}
  Generator(Generator &&Other) : Handle(std::exchange(Other.Handle, {})) {}
  ~Generator() {
    if (Handle)
      Handle.destroy();
  }
  std::optional<T> next() {
    Handle.resume();
    if (Handle.promise().Error)
      std::rethrow_exception(std::exchange(Handle.promise().Error, nullptr));
    return Handle.done() ? std::nullopt : Handle.promise().Value;
  }
};

static Generator<int> numbers(std::string Text) {
  Guard G;
  for (int N = 0; N < 4; ++N)
    co_yield value(N) + int(Text.size());
}

static Generator<int> failing() {
  Guard G;
  co_yield 1;
  throw std::string("version ") + std::to_string(VERSION);
}

struct Task {
  struct promise_type {
    int Result = 0;
    std::coroutine_handle<> Waiting;
    Task get_return_object() {
      return Task{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() { return {}; }
    struct Final {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<>
      await_suspend(std::coroutine_handle<promise_type> H) noexcept {
        return H.promise().Waiting ? H.promise().Waiting
                                   : std::noop_coroutine();
      }
      void await_resume() noexcept {}
    };
    Final final_suspend() noexcept { return {}; }
    void return_value(int N) { Result = N + VERSION; }
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> Handle;
  bool await_ready() { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> H) {
    Handle.promise().Waiting = H;
    return Handle;
  }
  int await_resume() {
    int Result = Handle.promise().Result;
    Handle.destroy();
    return Result;
  }
};

static std::coroutine_handle<> Ready; // the event loop
struct Event {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> H) { Ready = H; }
  void await_resume() {}
};

static Task inner() {
  Guard G{10};
  co_await Event();
  co_return value(100);
}
static Task outer() {
  int First = co_await inner();
  int Second = co_await inner();
  co_return First + Second;
}

static std::optional<int> next(Generator<int> &G) { return G.next(); }
static Task start() {
  Task T = outer();
  T.Handle.resume();
  return T;
}
static int made() {
  Generator<int> G = numbers("");
  G.next();
  return *G.next();
}

int main() {
  Generator<int> Finished = numbers("four"), Dropped = numbers("abc");
  Generator<int> Failing = failing();
  CHECK(*next(Finished) == 1004 && *next(Finished) == 1005);
  CHECK(*next(Dropped) == 1003 && *next(Failing) == 1001);
  Task Suspended = start();
  CHECK(made() == 1001 && Destroyed == 1);
  Destroyed = 0;
  reload(2);
  // What was suspended ends in the code that it started in; what that calls
  // is new, and so is each coroutine that starts now.
  CHECK(made() == 2002 && Destroyed == 2);
  int Second = *next(Finished), Third = *next(Finished);
  CHECK(Second == 1008 || Second == 2008);
  CHECK(Third == Second + 2);
  CHECK(!next(Finished) && Finished.Handle.done());
  std::string Error;
  try {
    next(Failing);
  } catch (const std::string &E) {
    Error = E;
  }
  CHECK(Error == "version 1");
  Destroyed = 0;
  { Generator<int> Gone = std::move(Dropped); }
  CHECK(Destroyed == 1 || Destroyed == 2);
  Ready.resume(); // the first inner(), suspended before
  CHECK(!Suspended.Handle.done());
  Ready.resume(); // the second one, all new
  CHECK(Suspended.Handle.done());
  int Sum = Suspended.await_resume();
  CHECK(Sum >= 200 + 200 + 2 && Sum <= 200 + 200 + 6);
  return 0;
}
