// The functions that a coroutine's await expressions call stay as Clang made them: the
// coroutine passes ask for the function itself.
// RUN: %{clangxx} -std=c++20 -O0 -c -fPIC %{pass-flags} -mllvm -hcr-image %s -o %t.o
// RUN: %{clangxx} -std=c++20 -O0 -c -fPIC %{pass-flags} -mllvm -hcr-binding=host %s -o %t.o
// RUN: %{clangxx} -std=c++20 -O0 -Xclang -disable-llvm-passes -fPIC -emit-llvm -S -o - %s | %{opt} -load-pass-plugin=%{pass} -passes='hcr<image>,verify' -S | %{FileCheck} %s
#include <coroutine>
struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
struct Event {
  bool await_ready() { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> H) { return H; }
  void await_resume() {}
};
// CHECK: {{call|invoke}} void @llvm.coro.await.suspend.handle(ptr %{{.*}}, ptr %{{.*}}, ptr @_Z4waitv.__await_suspend_wrapper__await)
Task wait() { co_await Event(); }
