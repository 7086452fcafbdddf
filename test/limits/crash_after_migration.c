// A version that changed a layout is not rolled back when it crashes, because the old code would not find what it left: the report
// says so beforehand, and the program ends as it would without HCR.
// RUN: %{construct} %s %t --modes=host-O2
// ENV: HCR_ROLLBACK=600000
// EXPECT: 7
#include "construct.h"
#include <signal.h>
#include <stdlib.h>

#define VERSION 1

static struct {
#if VERSION >= 2
  int New;
#endif
  int Value;
} World;

static int get(void) {
#if VERSION == 2
  raise(SIGABRT);
#endif
  return World.Value;
}
static void end(int Signal) { _Exit(Signal == SIGABRT ? 7 : 8); }

int main(void) {
  CHECK(get() == 0);
  reload(2);
  reported("a crash of the new code will not be rolled back: layouts changed");
  signal(SIGABRT, end);
  get();
  return 1;
}
