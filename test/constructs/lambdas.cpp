// Lambdas made before, kept in std::function, variables and objects: generic, mutable, recursive, with `this`, moved-only.
// RUN: %{construct} %s %t
//--- main.cpp
#include "construct.h"
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>
#define VERSION 1

// As std::move_only_function, which the library has with C++23 alone.
class Task {
  struct Base {
    virtual ~Base() = default;
    virtual int run(int) = 0;
  };
  template <typename F> struct Holder final : Base {
    F Function;
    explicit Holder(F Function) : Function(std::move(Function)) {}
    int run(int N) override { return Function(N); }
  };
  std::unique_ptr<Base> Held;

public:
  template <typename F>
  Task(F Function) : Held(std::make_unique<Holder<F>>(std::move(Function))) {}
  int operator()(int N) { return Held->run(N); }
};

struct Button {
  int Clicks = 0;
  std::string Label = "button";
  std::function<std::string()> onClick() {
    return [this] { return Label + std::to_string(++Clicks * VERSION); };
  }
  std::function<std::string()> byCopy() {
    return [*this]() mutable {
      return Label + std::to_string(++Clicks * VERSION * 10);
    };
  }
};

static int scale(int A, int B) { return A * B * VERSION; }
static auto Static = [](int N) { return N + VERSION; };

struct All {
  std::function<int(int)> Captures, Mutable, Generic, Recursive, Bound, Nested;
  std::function<int(const std::string &)> Text;
  int (*Plain)(int) = nullptr;
  std::vector<Task> Tasks;
  std::map<std::string, std::function<int(int)>> Named;
};

static All makeAll() {
  All A;
  int Add = 100;
  std::string Long(100, 'x');
  A.Captures = [Add, Long](int N) { return N + Add * VERSION + int(Long.size()); };
  A.Mutable = [Count = 0](int N) mutable { return Count += N * VERSION; };
  auto Generic = [](auto A, auto B) { return int(A + B) * VERSION; };
  A.Generic = [Generic](int N) { return Generic(N, 2.0); };
  auto Recursive = [](auto &Self, int N) -> int {
    return N ? Self(Self, N - 1) + VERSION : 0;
  };
  A.Recursive = [Recursive](int N) { return Recursive(Recursive, N); };
  A.Bound = std::bind(scale, std::placeholders::_1, 7);
  A.Nested = [Add](int N) {
    auto Inner = [&](int M) { return M * Add * VERSION; };
    return Inner(N) + 1;
  };
  A.Text = [](const std::string &S) { return int(S.size()) * VERSION; };
  A.Plain = [](int N) { return N * 3 * VERSION; };
  A.Tasks.emplace_back(
      [P = std::make_unique<int>(5)](int N) { return *P * N * VERSION; });
  A.Named["add"] = [&A](int N) { return N + 1 + VERSION + int(sizeof A > 0); };
  return A;
}

static int next(int N) {
  static auto Counting = [Sum = 0](int N) mutable { return Sum += N * VERSION; };
  return Counting(N) + Static(0) * 1000;
}

static int sorted() {
  std::vector<int> V{2, 9, 4, 1};
  std::sort(V.begin(), V.end(),
            [](int A, int B) { return VERSION == 1 ? A < B : A > B; });
  return V[0];
}

int main() {
  All A = makeAll();
  Button B;
  auto Click = B.onClick(), Copy = B.byCopy();
  CHECK(A.Captures(1) == 201 && A.Mutable(3) == 3 && A.Mutable(3) == 6);
  CHECK(A.Generic(4) == 6 && A.Recursive(5) == 5 && A.Bound(2) == 14);
  CHECK(A.Nested(2) == 201 && A.Text("four") == 4 && A.Plain(2) == 6);
  CHECK(A.Tasks[0](3) == 15 && A.Named["add"](1) == 4);
  CHECK(Click() == "button1" && Copy() == "button10" && next(1) == 1001);
  CHECK(sorted() == 1);
  reload(2);
  CHECK(A.Captures(1) == 301 && A.Mutable(3) == 12);
  CHECK(A.Generic(4) == 12 && A.Recursive(5) == 10 && A.Bound(2) == 28);
  CHECK(A.Nested(2) == 401 && A.Text("four") == 8 && A.Plain(2) == 12);
  CHECK(A.Tasks[0](3) == 30 && A.Named["add"](1) == 5);
  CHECK(Click() == "button4" && Copy() == "button40" && next(1) == 2003);
  CHECK(sorted() == 9);
  A.Captures = makeAll().Captures;
  reload(3);
  CHECK(A.Captures(1) == 401 && A.Mutable(1) == 15 && A.Bound(1) == 21);
  return 0;
}
