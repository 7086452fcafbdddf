// Two names of one variable are one variable: for other modules, for new
// modules, and when an edit adds or moves a name.
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.hidden --modes=host-O2 -fvisibility=hidden
// RUN: %{construct} %s %t.lto --modes=host-O2 -flto -fuse-ld=lld
//--- main.c
#include "construct.h"
#include "names.h"

int main(void) {
  CHECK(check(0) && checkOwn(0));
  reload(2);
  CHECK(check(1) && checkOwn(1));
  reload(3);
  CHECK(check(2) && checkOwn(2));
  reload(4);
  CHECK(check(3) && checkOwn(3));
  reload(5);
  CHECK(check(4) && checkOwn(4));
  return 0;
}
//--- names.h
extern int Real, Alias, Weak, Second;
extern const int Fixed, FixedAlias;
extern int New, NewAlias, Moving, One, Two;
int check(int N), checkOwn(int N);
/* Clang takes for granted that two declarations are two variables. */
static int same(int *volatile A, int *volatile B) { return A == B; }
//--- names.c
#include "construct.h"
#include "names.h"

#define VERSION 1

int Real = 10;
extern int Alias __attribute__((alias("Real")));
extern int Weak __attribute__((weak, alias("Real")));
static int InternalAlias __attribute__((alias("Real")));
extern int Second __attribute__((alias("Alias")));
const int Fixed = 5 * VERSION;
extern const int FixedAlias __attribute__((alias("Fixed")));
static int *const Held[] = {&Real, &Alias, &Weak, &Second, &InternalAlias};

#if VERSION >= 2
int New = 50;
extern int NewAlias __attribute__((alias("New")));
#endif

/* An own variable, another's name from version 3 on, own again, of another. */
int One = 100, Two = 200;
#if VERSION == 1 || VERSION == 4
int Moving = 300;
#elif VERSION <= 3
extern int Moving __attribute__((alias("One")));
#else
extern int Moving __attribute__((alias("Two")));
#endif

int checkOwn(int N) {
  CHECK(Real == 12 + 3 * N && Alias == Real && Weak == Real && Second == Real);
  for (unsigned I = 0; I != sizeof Held / sizeof *Held; ++I)
    CHECK(Held[I] == &Real);
  CHECK(InternalAlias == Real && FixedAlias == 5 * VERSION);
  ++Alias;
#if VERSION >= 2
  CHECK(New == 50 + N && NewAlias == New && same(&NewAlias, &New));
#endif
  return 1;
}
//--- user.c
#include "construct.h"
#include "names.h"

#define VERSION 1

int check(int N) {
  CHECK(Real == 10 + 3 * N && Alias == Real && Weak == Real && Second == Real);
  CHECK(same(&Real, &Alias) && same(&Real, &Weak) && same(&Real, &Second));
  ++Alias, ++Weak;
  CHECK(Fixed == 5 * VERSION && FixedAlias == Fixed);
#if VERSION >= 2
  CHECK(New == 49 + N && NewAlias == New && same(&NewAlias, &New));
  ++NewAlias;
#endif
#if VERSION == 1 || VERSION == 4
  CHECK(!same(&Moving, &One) && !same(&Moving, &Two) && Moving == 300);
  ++Moving;
#elif VERSION <= 3
  CHECK(same(&Moving, &One) && One == 100);
#else
  CHECK(same(&Moving, &Two) && Two == 200);
#endif
  return 1;
}
