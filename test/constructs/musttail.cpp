// [[clang::musttail]] in C++: functions, static members, templates, and calls
// through pointers, a million deep.
// RUN: %{construct} %s %t
//--- tail.h
struct Machine {
  long Sum = 0;
  static long plus(Machine *, long);
  static long minus(Machine *, long);
};
using Step = long (*)(Machine *, long);
extern const Step Steps[2];
long start(Machine *, long);
template <int By> long add(Machine *M, long N) {
  M->Sum += By;
  [[clang::musttail]] return Steps[N % 2](M, N);
}
//--- tail.cpp
#include "tail.h"
#define VERSION 1
const Step Steps[2] = {Machine::plus, Machine::minus};
long Machine::plus(Machine *M, long N) {
  M->Sum += VERSION;
  if (N <= 0)
    return M->Sum;
  [[clang::musttail]] return Steps[(N - 1) % 2](M, N - 1);
}
long Machine::minus(Machine *M, long N) {
  M->Sum -= 2 * VERSION;
  [[clang::musttail]] return add<4>(M, N - 1);
}
namespace {
long begin(Machine *M, long N) { [[clang::musttail]] return add<0>(M, N); }
} // namespace
long start(Machine *M, long N) { [[clang::musttail]] return begin(M, N); }
//--- main.cpp
#include "construct.h"
#include "tail.h"
static long run(long N) {
  Machine M;
  return start(&M, N);
}
int main() {
  Step Kept = start;
  long Now = run(1000000);
  CHECK(Now == 500001 - 1000000 + 2000000);
  reload(2);
  CHECK(run(1000000) == 1000002 - 2000000 + 2000000);
  Machine M;
  CHECK(Kept(&M, 0) == 2);
  return 0;
}
