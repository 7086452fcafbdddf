// Modules that were reloaded together go back together; the one that did not crash comes along with the next version of the other.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=600000
// MODES: host-O2 module-O0
//--- main.c
#include "construct.h"
#include <hcr/hcr.h>
int first(void);
int second(void);
int main(void) {
  CHECK(first() == 11 && second() == 1);
  reload(2);
  CHECK(second() == 5);
  CHECK(first() == 11 && second() == 1);
  reported("first.c is loaded again when it changes");
  CHECK(hcr_perform_code_reload() == HCR_UNCHANGED && second() == 1);
  reload(3); // builds first.c alone
  CHECK(first() == 35 && second() == 5);
  return 0;
}
//--- first.c
#include <stdlib.h>
#define VERSION 1
int second(void);
int first(void) {
  if (VERSION == 2)
    abort();
  return VERSION * 10 + second();
}
//--- second.c
#define VERSION 1
int second(void) { return VERSION >= 2 ? 5 : 1; }
