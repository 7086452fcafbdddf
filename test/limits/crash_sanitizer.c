// Under a sanitizer crashes are not rolled back, the first report says so; the program's end is the sanitizer's.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=600000 ASAN_OPTIONS=detect_leaks=0:exitcode=33
// MODES: host-O2
// FLAGS: -fsanitize=address
// EXPECT: 33
//--- main.c
#include "construct.h"
int step(int Number);
int main(void) {
  CHECK(step(1) == 1);
  reload(2);
  reported("crashes are not rolled back: the program runs under a sanitizer");
  CHECK(step(2) == 4);
  reload(3);
  notReported("sanitizer");
  step(3);
  return 0;
}
//--- step.c
#include <stddef.h>
#define VERSION 1
int step(int Number) {
  volatile int *volatile Nothing = NULL;
  return VERSION == 3 ? *Nothing : Number * VERSION;
}
