// Weak definitions and what overrides them: edited on either side, overridden
// by an edit, and left alone again.
// RUN: %{construct} %s %t
//--- names.h
int both(int), alone(int), later(int), twoWeak(int), gone(int), inWeak(int);
int undefinedYet(int) __attribute__((weak));
//--- a_weak.c
#include "names.h"
#define VERSION 1
#define WEAK __attribute__((weak))
WEAK int both(int X) { return X + 1000 * VERSION; }
WEAK int alone(int X) { return X + VERSION; }
WEAK int later(int X) { return X + VERSION; }
WEAK int twoWeak(int X) { return X + VERSION; }
WEAK int gone(int X) { return X + 10 * VERSION; }
int inWeak(int X) {
  return both(X) + alone(X) * 10 + later(X) * 100 + twoWeak(X) * 1000;
}
//--- b_strong.c
#include "names.h"
#define VERSION 1
int both(int X) { return X + VERSION; }
__attribute__((weak)) int twoWeak(int X) { return X + 500 * VERSION; }
#if VERSION == 2
int later(int X) { return X + 50; }
int undefinedYet(int X) { return X + 7; }
#endif
#if VERSION == 1
int gone(int X) { return X + 5; }
#endif
//--- main.c
#include "construct.h"
#include "names.h"
static int (*Kept[])(int) = {both, alone, later, twoWeak, gone};
static int sum(int X) {
  return both(X) + alone(X) * 10 + later(X) * 100 + twoWeak(X) * 1000;
}
static int hasIt(void) { return undefinedYet ? undefinedYet(1) : -1; }
static int isGone(void) { return gone(1); }
int main(void) {
  CHECK(sum(0) == 1111 && inWeak(0) == 1111 && hasIt() == -1 && isGone() == 6);
  for (int I = 0; I < 4; ++I)
    CHECK(Kept[I](0) == 1);
  reload(2);
  // later() has an override now.
  CHECK(sum(0) == 2 + 20 + 5000 + 2000);
  CHECK(inWeak(0) == 2 + 20 + 5000 + 2000);
  CHECK(Kept[0](0) == 2 && Kept[1](0) == 2 && Kept[2](0) == 50 &&
        Kept[3](0) == 2);
  CHECK(isGone() == 21 && Kept[4](1) == 21);
  CHECK(hasIt() == -1 || hasIt() == 8);
  reload(3);
  // and has lost it again.
  CHECK(sum(0) == 3 + 30 + 300 + 3000);
  CHECK(inWeak(0) == sum(0));
  CHECK(Kept[2](0) == 3 && isGone() == 31);
  return 0;
}
