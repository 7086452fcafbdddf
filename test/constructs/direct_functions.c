// Functions that stay direct and are hidden: images of other modules call them,
// also one that an edit adds; each keeps the body it had first.
// RUN: %{construct} %s %t -fvisibility=hidden
//--- direct.h
int naked(void), named(int), useNamed(int);
int added(void);
//--- direct.c
#include "direct.h"
#define VERSION 1
#define TEXT(X) #X
#define MOVE(X) "movl $" TEXT(X) ", %eax\n\tretq"
__attribute__((naked)) int naked(void) { __asm__(MOVE(VERSION)); }
int named(int X) { return X * 10 * VERSION; }
int useNamed(int X) {
  __asm__ volatile("# named" ::: "memory");
  return named(X);
}
#if VERSION >= 2
__attribute__((naked)) int added(void) { __asm__(MOVE(VERSION)); }
#endif
//--- main.c
#include "construct.h"
#include "direct.h"
#define VERSION 1
static int (*const Table[])(int) = {named};
static int use(void) {
  int Sum = naked() + named(1) + Table[0](1) * 100;
#if VERSION >= 2
  int (*Added)(void) = added;
  Sum += added() * 10000 + Added() * 100000;
#endif
  return Sum;
}
int main(void) {
  int (*Kept)(int) = named;
  CHECK(use() == 1011);
  reload(2);
  reported("naked changed, but is not reloadable");
  reported("named changed, but is not reloadable");
  CHECK(use() == 221011);
  CHECK(useNamed(1) == 20);
  CHECK(Kept == named && Kept(1) == 10);
  reload(3);
  reported("added changed, but is not reloadable");
  CHECK(use() == 221011);
  return 0;
}
