// Functions in sections of their own, a list of functions that the linker
// collects, and -ffunction-sections with --gc-sections.
// RUN: %{construct} %s %t -ffunction-sections -fdata-sections -Wl,--gc-sections
// RUN: %{construct} %s %t.plain --modes=host-O2
//--- commands.h
struct Command {
  const char *Name;
  int (*Run)(int);
};
#define COMMAND(F)                                                             \
  static int F(int);                                                           \
  __attribute__((section("commands"), used,                                    \
                 retain)) static const struct Command F##Command = {#F, F};    \
  static int F(int X)
int runAll(int);
int special(int), early(int);
//--- one.c
#include "commands.h"
#define VERSION 1
COMMAND(add) { return X + VERSION; }
COMMAND(multiply) { return X * VERSION * 10; }
__attribute__((section(".text.special"))) int special(int X) {
  return X + VERSION;
}
__attribute__((section("mycode"))) static int inSection(int X) {
  return X * VERSION;
}
__attribute__((section(".text.unlikely"), noinline)) int early(int X) {
  return inSection(X) + special(X);
}
int unused(int X) { return X + 5; }
//--- two.c
#include "commands.h"
#define VERSION 1
COMMAND(subtract) { return X - VERSION; }
//--- list.c
#include "commands.h"
extern const struct Command __start_commands[], __stop_commands[];
int runAll(int X) {
  int Sum = 0;
  for (const struct Command *C = __start_commands; C != __stop_commands; ++C)
    Sum += C->Run(X);
  return Sum;
}
//--- main.c
#include "commands.h"
#include "construct.h"
int main(void) {
  CHECK(runAll(5) == 6 + 50 + 4);
  CHECK(special(1) == 2 && early(3) == 3 + 4);
  int (*Kept)(int) = early;
  reload(2);
  CHECK(runAll(5) == 7 + 100 + 3);
  CHECK(special(1) == 3 && early(3) == 6 + 5 && Kept(3) == 11);
  return 0;
}
