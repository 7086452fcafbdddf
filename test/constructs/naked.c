// A naked function stays direct: it takes effect in its own module, others keep
// calling the program's, and the report says so.
// RUN: %{construct} %s %t
// RUN: %{clang} %{pass-flags} -Rpass-missed=hcr -c %t/host-O0/naked.c -o /dev/null 2>&1 | %{FileCheck} %s
// CHECK: 'naked' is not reloadable: a naked function has no calling convention
//--- naked.c
#define VERSION 1
#define TEXT(X) #X
#define MOVE(X) "movl $" TEXT(X) ", %eax\n\tretq"
__attribute__((naked)) int naked(void) { __asm__(MOVE(VERSION)); }
int useThere(void) { return naked() * 10 + VERSION; }
//--- main.c
#include "construct.h"
int naked(void), useThere(void);
static int useHere(void) { return naked(); }
int main(void) {
  CHECK(useHere() == 1 && useThere() == 11);
  reload(2);
  CHECK(useHere() == 1 && useThere() == 22);
  reported("naked changed, but is not reloadable");
  return 0;
}
