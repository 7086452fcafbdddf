// A handler that runs before a reload is old code: its crash is the program's own.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=600000
// MODES: host-O2
// EXPECT: -11
//--- main.c
#include "construct.h"
#include <hcr/hcr.h>
int value(void);
static void before(void) {
  volatile int *volatile Nothing = NULL;
  if (hcr_generation() == 1)
    *Nothing = 1;
}
HCR_BEFORE_RELOAD(before);
int main(void) {
  reload(2);
  CHECK(value() == 2);
  reload(3);
  return 0;
}
//--- value.c
#define VERSION 1
int value(void) { return VERSION; }
