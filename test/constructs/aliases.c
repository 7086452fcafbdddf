// Aliases: strong, weak, hidden, of static functions, and weakref; called by
// both names from inside and outside, and changed to mean another function.
// RUN: %{construct} %s %t
//--- names.h
int target(int);
int second(int);
int weakSecond(int);
int ofStatic(int);
int hiddenName(int) __attribute__((visibility("hidden")));
int moves(int);
int overridden(int);
int callsOverridden(int);
int insideSum(int);
extern int Variable, Other;
//--- names.c
#include "names.h"
#define VERSION 1
int target(int X) { return X + VERSION; }
int second(int) __attribute__((alias("target")));
int weakSecond(int) __attribute__((weak, alias("target")));
int hiddenName(int) __attribute__((alias("target")));
int overridden(int) __attribute__((weak, alias("target")));
static int inner(int X) { return X * VERSION; }
int ofStatic(int) __attribute__((alias("inner")));
static int localName(int) __attribute__((alias("inner")));
static int one(int X) { return X + 100; }
static int two(int X) { return X + 200; }
#if VERSION == 1
int moves(int) __attribute__((alias("one")));
#else
int moves(int) __attribute__((alias("two")));
#endif
int insideSum(int X) {
  return target(X) + second(X) + weakSecond(X) + ofStatic(X) + localName(X) +
         (0 ? one(X) + two(X) : 0);
}
int Variable = 1;
extern int Other __attribute__((alias("Variable")));
//--- other.c
#include "names.h"
#define VERSION 1
#if VERSION == 2
int overridden(int X) { return X + 1000; }
#endif
int callsOverridden(int X) { return overridden(X); }
//--- main.c
#include "construct.h"
#include "names.h"
static int reference(int) __attribute__((weakref("target")));
static int missing(int) __attribute__((weakref("nobodyDefinesThis")));
static int (*const Table[])(int) = {target,     second, weakSecond,
                                    hiddenName, moves,  ofStatic};
static int (*volatile Kept)(int) = second;

static void use(int V) {
  CHECK(target(1) == 1 + V && second(1) == 1 + V && weakSecond(1) == 1 + V);
  CHECK(hiddenName(1) == 1 + V && ofStatic(3) == 3 * V);
  CHECK(moves(1) == 1 + 100 * V);
  CHECK(insideSum(5) == 3 * (5 + V) + 2 * 5 * V);
  CHECK(reference(1) == 1 + V);
  CHECK(!missing);
  CHECK(Kept(1) == 1 + V);
  for (int I = 0; I < 4; ++I)
    CHECK(Table[I](1) == 1 + V);
  CHECK(Table[4](1) == 1 + 100 * V);
  CHECK(Table[5](3) == 3 * V);
  Variable = 10 * V;
  CHECK(Other == 10 * V);
  Other = 3;
  CHECK(Variable == 3);
}

static int ofOverridden(void) { return overridden(1); }

int main(void) {
  use(1);
  int (*volatile OldOverridden)(int) = overridden;
  CHECK(ofOverridden() == 2 && callsOverridden(1) == 2);
  int (*Old)(int) = moves, (*OldTarget)(int) = target;
  reload(2);
  use(2);
  CHECK(ofOverridden() == 1001 && callsOverridden(1) == 1001);
  CHECK(Old == moves && Old(1) == 201);
  CHECK(OldTarget == target);
  CHECK(OldOverridden == target && OldOverridden(1) == 3);
  reload(3);
  CHECK(ofOverridden() == 4 && callsOverridden(1) == 4);
  return 0;
}
