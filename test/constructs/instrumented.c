// Programs with -finstrument-functions and -pg: hooks are called for new code.
// RUN: %{construct} %s %t --modes=host-O2,module-O0 -finstrument-functions
// RUN: %{construct} %s %t.pg --modes=host-O2 -pg -DPROFILED
// RUN: %{construct} %s %t.xray --modes=host-O2 -fxray-instrument -DPROFILED
//--- work.c
#define VERSION 1
static int inner(int X) { return X * VERSION; }
int work(int X) { return inner(X) + VERSION; }
//--- main.c
#include "construct.h"
int work(int);
static int Entered, Left;
__attribute__((no_instrument_function)) void
__cyg_profile_func_enter(void *Function, void *Site) {
  Entered += Function && Site;
}
__attribute__((no_instrument_function)) void
__cyg_profile_func_exit(void *Function, void *Site) {
  Left += Function && Site;
}
int main(void) {
  CHECK(work(3) == 4);
  int Before = Entered;
  reload(2);
  CHECK(work(3) == 8);
#ifndef PROFILED
  CHECK(Before >= 2);
  CHECK(Entered >= Before + 2 && Left >= 2);
#else
  CHECK(Before == 0 && Left == 0);
#endif
  return 0;
}
