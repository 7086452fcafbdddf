// Variables in sections of the user's, also kept by `used` and `retain`, under
// --gc-sections too.
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.gc --modes=host-O2 -fdata-sections -ffunction-sections -Wl,--gc-sections
// RUN: %{construct} %s %t.hidden --modes=host-O2 -fvisibility=hidden
#include "construct.h"
#include <string.h>

#define VERSION 1

#define SECTION(Name) __attribute__((section(Name)))

SECTION("zeroes") int Zero;
SECTION("values") static int Value = 10;
SECTION("values") int Other = 20;
SECTION(".data.own") static int OwnData = 30;
SECTION(".bss.own") static int OwnZero;
SECTION("constants") const int Constant = 40 * VERSION;
SECTION("pointers") static int *const Pointer = &Value;
SECTION("pointers") static int (*const Plain)(const char *, const char *) =
    strcmp;
SECTION("kept") __attribute__((used)) static int Used = 50;
SECTION("kept2") __attribute__((retain, used)) static int Retained = 60;
#if VERSION >= 2
SECTION("values") static int NewValue = 70;
SECTION("new") int New;
#endif

static int step(int N) {
  CHECK(Zero == N && Value == 10 + N && Other == 20 + N && OwnData == 30 + N);
  CHECK(OwnZero == N && Constant == 40 * VERSION && *Pointer == Value);
  CHECK(!Plain("a", "a"));
  CHECK(Used == 50 + N && Retained == 60 + N);
  ++Zero, ++Value, ++Other, ++OwnData, ++OwnZero, ++Used, ++Retained;
#if VERSION >= 2
  CHECK(NewValue == 69 + N && New == N - 1);
  ++NewValue, ++New;
#endif
  return 1;
}

int main(void) {
  CHECK(step(0));
  reload(2);
  CHECK(step(1));
  reload(3);
  CHECK(step(2));
  return 0;
}
