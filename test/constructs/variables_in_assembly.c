// A variable that inline assembly names by its symbol: a new version of its
// module could not have its value, so that is refused, as a whole. The remedy
// is an operand, of which assembly has as many as it likes.
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.static --modes=host-O2,module-O2 -DSCOPE=static
//--- main.c
#include "construct.h"

int operand(void), named(void);

int main(void) {
  CHECK(operand() == 11 && named() == 102);
  refused(2, "named.c: the variable 'Named' is used by its symbol, which "
             "inline assembly names");
  CHECK(operand() == 12 && named() == 104);
  reload(3);
  CHECK(operand() == 22 && named() == 106);
  reload(4);
  CHECK(operand() == 32 && named() == 108);
  return 0;
}
//--- operand.c
#define VERSION 1

static int Operand = 10;
int operand(void) {
#if VERSION <= 2
  __asm__("addl $1, %0" : "+m"(Operand));
#else
  __asm__("addl $10, (%0)" : : "r"(&Operand) : "memory");
#endif
#if VERSION == 2 || VERSION == 4
  __asm__ volatile("");
#endif
  return Operand;
}
//--- named.c
#define VERSION 1

#ifndef SCOPE
#define SCOPE __attribute__((visibility("hidden")))
#endif

SCOPE __attribute__((used)) int Named = 100;
int named(void) {
  Named += 1;
#if VERSION <= 2
  __asm__("addl $1, Named(%%rip)" : : : "memory");
#else
  __asm__("addl $1, %0" : "+m"(Named));
#endif
#if VERSION == 2 || VERSION == 4
  __asm__ volatile("");
#endif
  return Named;
}
