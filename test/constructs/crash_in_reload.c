// New code that crashes while it is loaded: an initialiser refuses the reload, a handler after the reload takes it back; the program's old code never notices.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=600000
// MODES: host-O2 module-O0
//--- main.c
#include "construct.h"
#include <hcr/hcr.h>
#include <string.h>
int value(void);
int main(void) {
  CHECK(value() == 1);
  refused(2, "an initialiser crashed: SIGSEGV");
  CHECK(value() == 1 && hcr_generation() == 0);
  CHECK(hcr_perform_code_reload() == HCR_UNCHANGED);
  refused(3, "SIGABRT"); // its handler after the reload
  CHECK(value() == 1 && hcr_generation() == 2);
  reported("\"rolled_back\"");
  CHECK(hcr_perform_code_reload() == HCR_UNCHANGED);
  reload(4);
  CHECK(value() == 4 && hcr_generation() == 3);
  return 0;
}
//--- value.c
#include <hcr/hcr.h>
#include <stdlib.h>
#define VERSION 1
static int New = VERSION;
#if VERSION == 2
static int Made = 5;
__attribute__((constructor)) static void begin(void) {
  *(volatile int *)NULL = Made;
}
#endif
static void after(void) {
  if (VERSION == 3)
    abort();
}
HCR_AFTER_RELOAD(after);
int value(void) { return New - New + VERSION; }
