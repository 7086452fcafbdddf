// The clang plugin's attributes and pragma, while the program runs: handlers, nonreloadable functions, and variables that stay.
// RUN: %{construct} %s %t
#include "construct.h"

#define VERSION 1

static int Before, After;
[[hcr::before_reload]] static void before() { Before += VERSION; }
__attribute__((hcr_after_reload)) static void after() { After += VERSION * 10; }

struct Counter {
  static int Made;
  [[hcr::after_reload]] static void reloaded() { Made += VERSION * 100; }
};
int Counter::Made = 0;

[[hcr::nonreloadable]] int Fixed = 1;
int version() { return VERSION; }

#pragma hcr off
static int Kept = 1;
int untouched() { return VERSION; }
#pragma hcr on
int bump() { return ++Kept * 10 + ++Fixed; }

int main() {
  int (*Pointer)() = untouched;
  CHECK(bump() == 22 && version() == 1 && Pointer() == 1);
  reload(2);
  CHECK(Before == 1); // the old version's
  CHECK(After == 20); // the new version's
  CHECK(Counter::Made == 200);
  CHECK(version() == 2);
  CHECK(Pointer() == 1 && untouched() == 1);
  CHECK(bump() == 33); // both variables have their values
  reload(3);
  CHECK(Before == 3 && After == 50 && Counter::Made == 500);
  CHECK(bump() == 44 && version() == 3 && untouched() == 1);
  return 0;
}
