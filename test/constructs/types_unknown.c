// While a thread blocks all signals nobody can see who uses a variable: no other layout, and the message says why. The thread gone,
// the next reload takes it.
// RUN: %{construct} %s %t --modes=host-O2,module-O0
#include "construct.h"

#define VERSION 1

// Makes a difference between versions that are alike otherwise.
int version(void) { return VERSION; }

static struct {
#if VERSION >= 2
  int New;
#endif
  int Value;
} World;

static void set(void) { World.Value = 3; }
static int get(void) { return World.Value; }

int main(void) {
  set();
  startBlockingThread();
  refused(2, "nobody can see who uses it: thread ");
  CHECK(get() == 3);
  endBlockingThread();
  reload(3);
  CHECK(get() == 3);
}
