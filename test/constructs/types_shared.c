// A variable of one module that others use: those that know its layout must be built with it, one that only passes its address
// on need not be; all of them use the new storage.
// RUN: %{construct} %s %t
//--- main.c
#include "construct.h"
#include "world.h"

struct Other;
extern struct World World; // not its layout
extern int ask(struct World *W);
static int passOn(void) { return ask(&World); }

int main(void) {
  CHECK(passOn() == 5 && twice() == 10);
  // far.c keeps the layout that it had: the edit is in a macro of world.c alone.
  refused(2, "far.c still has the old layout of the type World, which world.c changes; build it, too");
  CHECK(passOn() == 5 && twice() == 10);
  reload(3);
  CHECK(passOn() == 5 && twice() == 10 && more() == 6);
}
//--- world.h
int twice(void);
int more(void);
//--- layout.h
#define VERSION 1
struct World {
#if defined(ALONE) || VERSION >= 3
  int More;
#endif
  int Value;
};
//--- world.c
#include "world.h"
#define VERSION 1
#if VERSION == 2
#define ALONE
#endif
#undef VERSION
#include "layout.h"
struct World World = {.Value = 5};
int ask(struct World *W) { return W->Value; }
int more(void) {
#if VERSION >= 3
  return World.More + 6;
#else
  return 0;
#endif
}
//--- far.c
#include "layout.h"
#include "world.h"
extern struct World World;
int twice(void) { return World.Value * 2; }
