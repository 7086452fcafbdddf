// Crashes of all kinds in new code: the call is made again in the version before, and what crashed is not loaded again until it changes.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=600000
// MODES: host-O2 module-O0
//--- main.c
#include "calls.h"
#include "construct.h"
#include <hcr/hcr.h>
#include <string.h>

static int answer(enum Kind Kind) {
  int Local[16] = {1, 2, 3};
  int Sum = run(Kind, 5);
  return Sum + Local[2];
}

static void message(const char *Text) {
  char Message[8192];
  hcr_last_message(Message, sizeof Message);
  if (!strstr(Message, Text)) {
    fprintf(stderr, "missing: %s in: %s\n", Text, Message);
    _Exit(1);
  }
}

int main(void) {
  static const char *const Names[] = {"SIGSEGV", "SIGSEGV", "SIGSEGV",
                                      "SIGABRT", "SIGFPE",  "SIGILL",
                                      "SIGSEGV", "SIGBUS"};
  for (int Kind = 0; Kind < Kinds; ++Kind) {
    CHECK(answer(Kind) == 8 + 3);
    intptr_t Before = hcr_generation();
    reload(Kind + 2);
    CHECK(hcr_generation() == Before + 1);
    CHECK(answer(Kind) == 8 + 3); // crashed, and ran again
    CHECK(hcr_generation() == Before + 2);
    CHECK(answer(Kind) == 8 + 3);
    CHECK(hcr_perform_code_reload() == HCR_UNCHANGED);
    message(Names[Kind]);
    message("crash (calls.c, generation ");
    message("run (calls.c, generation ");
    message("main (");
    message("calls.c is loaded again when it changes");
    reported("\"rolled_back\"");
  }
  reload(100);
  CHECK(answer(0) == 1000 + 3);
  return 0;
}
//--- calls.h
enum Kind { Null, Wild, Callee, Abort, Divide, Illegal, Deep, Bus, Kinds };
int run(enum Kind Kind, int Number);
//--- calls.c
#include "calls.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#define VERSION 1

static int deep(volatile int *Number) {
  volatile int Frame[64];
  Frame[*Number % 64] = *Number;
  ++*Number;
  return deep(Number) + Frame[3];
}

static int crash(enum Kind Kind) {
  volatile int Zero = 0;
  int *volatile Nothing = NULL;
  int (*volatile Function)(void) = NULL;
  switch (Kind) {
  case Null:
    return *Nothing;
  case Wild:
    return *(volatile int *)((char *)0x123456789abc + Zero);
  case Callee:
    return Function() + 1;
  case Abort:
    abort();
  case Divide:
    return (int)Kind * 100 / Zero;
  case Illegal:
    __asm__ volatile("ud2");
    return Zero;
  case Deep:
    return deep((volatile int *)&Zero);
  default: {
    char Name[] = "bus-XXXXXX";
    int File = mkstemp(Name);
    unlink(Name);
    char *Page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, File, 0);
    return Page[100];
  }
  }
}

int run(enum Kind Kind, int Number) {
  if (VERSION == 1)
    return Number + 3;
  if (VERSION == 100)
    return 1000;
  return crash(Kind) + Number * VERSION;
}
