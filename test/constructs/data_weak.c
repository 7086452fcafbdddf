// Weak and tentative variables beside strong ones, weak references that a new
// module answers, constants that another module changes.
// RUN: %{construct} %s %t -fcommon
// RUN: %{construct} %s %t.hidden --modes=host-O2 -fcommon -fvisibility=hidden
// RUN: %{construct} %s %t.lto --modes=host-O2 -fcommon -flto -fuse-ld=lld
//--- main.c
#include "construct.h"
#include "weak.h"

int main(void) {
  CHECK(check(0) && other(0) && unchanged() == 1001);
  reload(2);
  CHECK(check(1) && other(1) && unchanged() == 1002);
  notReported("initial value of");
  reload(3);
  CHECK(check(2) && other(2) && unchanged() == 1003);
  return 0;
}
//--- weak.h
#include "construct.h"
extern int Overridden, Weak;
extern const int WeakConst, OverriddenConst, Changing;
extern const char ChangingText[];
int Common;
int CommonElsewhere;
int CommonArray[100];
int check(int N), other(int N), unchanged(void);
//--- a.c
#include "weak.h"

#define VERSION 1

__attribute__((weak)) int Overridden = 1;
__attribute__((weak)) int Weak = 2;
__attribute__((weak)) const int WeakConst = 3 * VERSION;
__attribute__((weak)) const int OverriddenConst = 4;
extern int Missing __attribute__((weak));
extern int Later __attribute__((weak));

static int *const Weaks[] = {&Overridden, &Weak, &Common, &CommonElsewhere,
                             CommonArray + 50, &Missing};
static const int *const Consts[] = {&WeakConst, &OverriddenConst, &Changing};

/* Also when it might stay where it is. */
const int *const *consts(void) { return Consts; }

int check(int N) {
  CHECK(consts()[2] == Consts[2] && *consts()[2] == Changing);
  CHECK(Overridden == 10 + 2 * N && Weak == 2 + 2 * N);
  CHECK(*Weaks[0] == Overridden && *Weaks[1] == Weak);
  ++Overridden, ++Weak;
  CHECK(WeakConst == 3 * VERSION && OverriddenConst == 40 * VERSION);
  CHECK(*Consts[0] == WeakConst && *Consts[1] == OverriddenConst);
  CHECK(*Consts[2] == 1000 + VERSION && Changing == 1000 + VERSION);
  CHECK(ChangingText[0] == 'a' + VERSION - 1);
  CHECK(Common == 2 * N && CommonElsewhere == 5 + 2 * N);
  CHECK(CommonArray[50] == 2 * N);
  ++*Weaks[2], ++*Weaks[3], ++*Weaks[4];
  CHECK(!Weaks[5] && !&Missing);
#if VERSION == 1
  CHECK(!&Later);
#else
  CHECK(Later == 77);
#endif
  return 1;
}
//--- b.c
#include "weak.h"

#define VERSION 1

int Overridden = 10;
const int OverriddenConst = 40 * VERSION;
const int Changing = 1000 + VERSION;
#if VERSION == 1
const char ChangingText[] = "a";
#elif VERSION == 2
const char ChangingText[] = "bbbbbbbbbbbbbbbbb";
#else
const char ChangingText[] = "c";
#endif
int CommonElsewhere = 5;
extern int Later;
#if VERSION >= 2
int Later = 77;
#endif

int other(int N) {
  CHECK(Overridden == 11 + 2 * N && Weak == 3 + 2 * N);
  CHECK(Common == 1 + 2 * N && CommonElsewhere == 6 + 2 * N);
  CHECK(CommonArray[50] == 1 + 2 * N && WeakConst == 3 * VERSION);
  ++Overridden, ++Weak, ++Common, ++CommonElsewhere, ++CommonArray[50];
  return 1;
}
//--- unchanged.c
#include "weak.h"

/* Never built again: sees the changes all the same. */
int unchanged(void) {
  CHECK(Changing == 1001 || ChangingText[0] != 'a');
  return Changing;
}
