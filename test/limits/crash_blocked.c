// A thread that blocks a signal of its own faults: the kernel ends the program before anybody is asked. SIGABRT is let through by abort() itself, so that one is rolled back.
// RUN: %{construct} %s %t --modes=host-O2
// ENV: HCR_ROLLBACK=600000
// EXPECT: -11
//--- main.c
#include "construct.h"
#include <hcr/hcr.h>
#include <signal.h>
int step(int Number);
int main(void) {
  sigset_t Faults;
  sigemptyset(&Faults);
  sigaddset(&Faults, SIGSEGV);
  sigaddset(&Faults, SIGABRT);
  reload(2);
  sigprocmask(SIG_BLOCK, &Faults, NULL);
  CHECK(step(1) == 1);
  reported("SIGABRT");
  reload(3);
  fflush(stdout);
  step(2);
  return 0;
}
//--- step.c
#include <stdlib.h>
#define VERSION 1
int step(int Number) {
  volatile int *volatile Nothing = NULL;
  if (VERSION == 2)
    abort();
  if (VERSION == 3)
    *Nothing = 1;
  return Number;
}
