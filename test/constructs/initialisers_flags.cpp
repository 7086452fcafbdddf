// Initialisers and destructors as they are compiled for small systems: guards
// without threads, destructors by atexit, no exceptions and type information.
// RUN: %{construct} %s %t
// FLAGS: -fno-threadsafe-statics -fno-use-cxa-atexit -fno-exceptions -fno-rtti
#include "construct.h"
#include <hcr/hcr.h>
#include <string.h>
#define VERSION 1

static char Trail[256];
struct Traced {
  int Number;
  explicit Traced(int Number) : Number(Number) { note('+'); }
  ~Traced() { note('-'); }
  void note(char Sign) const {
    char Text[16];
    snprintf(Text, sizeof Text, "%c%d", Sign, Number);
    strcat(Trail, Text);
  }
};

static struct Checker {
  const char *Expected = nullptr;
  ~Checker() {
    if (Expected && strcmp(Trail, Expected)) {
      fprintf(stderr, "at exit: %s\nexpected: %s\n", Trail, Expected);
      _Exit(1);
    }
  }
} Check;

static Traced Old(1);
#if VERSION != 2
static Traced Array[2] = {Traced(VERSION * 10), Traced(VERSION * 10 + 1)};
#endif
#if VERSION >= 2
Traced New(2);
#endif
HCR_REINIT static Traced Again(VERSION * 100);

static Traced &local() {
  HCR_REINIT static Traced Local[1] = {Traced(VERSION * 1000)};
  return Local[0];
}

static int step(int Version) {
  CHECK(Version == VERSION);
  CHECK(Again.Number == VERSION * 100 && Old.Number == 1);
#if VERSION != 2
  CHECK(Array[1].Number == VERSION * 10 + 1);
#else
  CHECK(New.Number == 2);
#endif
  return local().Number;
}

int main() {
  CHECK(step(1) == 1000);
  CHECK(!strcmp(Trail, "+1+10+11+100+1000"));
  *Trail = 0;
  reload(2);
  reported("the variable Array was removed; it is destroyed at exit");
  CHECK(step(2) == 2000);
  CHECK(strstr(Trail, "-100") && strstr(Trail, "-1000"));
  CHECK(strstr(Trail, "+2+200+2000"));
  *Trail = 0;
  reload(3);
  CHECK(step(3) == 3000);
  CHECK(strstr(Trail, "-200") && strstr(Trail, "-2000"));
  CHECK(strstr(Trail, "+30+31+300+3000"));
  *Trail = 0;
  Check.Expected = "-3000-300-31-30-2-11-10-1";
  return 0;
}
