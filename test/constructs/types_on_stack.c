// An active frame may have an object of a type that changes, which the new code that it calls would read wrongly: refused while
// such a frame is there, for ever if it is main's.
// RUN: %{construct} %s %t
#include "construct.h"
#include <string.h>

#define VERSION 1

// Makes a difference between versions that are alike otherwise.
int version(void) { return VERSION; }

struct OfMain {
#if VERSION == 2
  int New;
#endif
  int Value;
};
struct OfLoop {
#if VERSION >= 3
  int New;
#endif
  int Value;
};
static int valueOfMain(const struct OfMain *O) { return O->Value; }
static int valueOfLoop(const struct OfLoop *O) { return O->Value; }

static __attribute__((noinline)) void wipe(void) {
  volatile char Space[16384];
  memset((char *)Space, 0, sizeof Space);
}

static int loop(void (*Inside)(void)) {
  struct OfLoop O = {.Value = 6};
  Inside();
  return valueOfLoop(&O);
}

static void edit3(void) {
  refused(3, ".c: the layout of the type OfLoop changed, and objects of it may be in use: loop of types_on_stack.c, which uses "
             "the old layout, is running on thread ");
}
static void nothing(void) {}

int main(void) {
  struct OfMain O = {.Value = 5};
  CHECK(valueOfMain(&O) == 5 && loop(nothing) == 6);
  refused(2, ".c: the layout of the type OfMain changed, and objects of it may be in use: main of types_on_stack.c, which runs on in "
             "its old code, uses it or its type; move that into a function; undo");
  CHECK(valueOfMain(&O) == 5);
  CHECK(loop(edit3) == 6);
  wipe();
  reload(4);
  CHECK(valueOfMain(&O) == 5 && loop(nothing) == 6);
}
