// A thread-local that changes its size or layout is refused by name, a changed
// initial value is reported; one that was removed may come back as another.
// RUN: %{construct} %s %t --modes=host-O0,module-O2 -pthread
#include "construct.h"

#define VERSION 1

struct Pair {
#if VERSION != 4
  int A, B;
#else
  int B, A;
#endif
};
static _Thread_local struct Pair Pair = {1, 2};

#if VERSION <= 2 || VERSION == 4
_Thread_local int Array[2] = {3, 4};
#elif VERSION == 3
_Thread_local int Array[20] = {3, 4};
#elif VERSION >= 6
_Thread_local long Array[20] = {30, 40};
#endif

#if VERSION == 1
static _Thread_local int Initial = 1;
#else
static _Thread_local int Initial = 2;
#endif

static long step(void) {
#if VERSION != 5
  return Pair.A++ * 100 + Array[1]++ * 10 + Initial;
#else
  return Pair.A++ * 100 + Initial;
#endif
}

int main(void) {
  CHECK(step() == 141);
  reload(2);
  CHECK(step() == 251);
  reported("initial value of Initial changed; it keeps its values, and new "
           "threads begin with the old one");
  refused(3, "the variable 'Array' of type int[20] changed its size from 8 to 80 bytes");
  CHECK(step() == 361);
  refused(4, "the layout of the variable 'Pair' of type Pair changed");
  CHECK(step() == 471);
  reload(5);
  CHECK(step() == 501);
  reload(6);
  CHECK(step() == 601 + 400 && step() == 701 + 410);
  return 0;
}
