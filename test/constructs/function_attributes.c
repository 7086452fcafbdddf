// Attributes that change how code is made: malloc, alloc_size, const, pure,
// optnone, minsize, hot, cold, nodebug, no_sanitize, noinline, flatten,
// patchable_function_entry, target, aligned, used, disable_tail_calls.
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.protected --modes=host-O2,module-O0 -fcf-protection=full -fstack-protector-strong -fstack-clash-protection -fpatchable-function-entry=8,4
// RUN: %{construct} %s %t.slim --modes=host-O2 -Oz -fno-plt -g0 -fno-asynchronous-unwind-tables -fomit-frame-pointer -ffunction-sections
// RUN: %{construct} %s %t.hardened --modes=module-O2 -D_FORTIFY_SOURCE=2 -ftrivial-auto-var-init=pattern -mretpoline
//--- functions.h
#define A(X) __attribute__((X))
A(malloc) A(alloc_size(1)) void *allocate(unsigned long);
A(const) int square(int);
A(pure) int lookUp(int);
#define EACH(F)                                                                \
  F(optnone, optnone, noinline)                                                \
  F(minsize, minsize, noinline)                                                \
  F(hot, hot, noinline)                                                        \
  F(cold, cold, noinline) F(nodebug, nodebug, noinline)                        \
      F(noSanitize, no_sanitize("address", "thread", "undefined"), noinline)   \
          F(flat, flatten, noinline) F(aligned, aligned(64), used)             \
              F(patchable, patchable_function_entry(16, 4), noinline)          \
                  F(target, target("avx2"), noinline)                          \
                      F(noTail, disable_tail_calls, noinline)                  \
                          F(protector, no_stack_protector, noinline)           \
                              F(noProfile, no_instrument_function, noinline)   \
                                  F(zeroing, zero_call_used_regs("used"),      \
                                    noinline)                                  \
                                      F(duplicated, noduplicate, noinline)     \
                                          F(converges, convergent, noinline)   \
                                              F(leaf, leaf, noinline)
#define DECLARE(Name, B, C) int Name##One(int);
EACH(DECLARE)
//--- functions.c
#include "functions.h"
#include <stdlib.h>
#include <string.h>
#define VERSION 1
void *allocate(unsigned long Size) {
  char *Memory = malloc(Size);
  memset(Memory, VERSION, Size);
  return Memory;
}
int square(int X) { return X * X * VERSION; }
static int Table[] = {10, 20, 30};
int lookUp(int I) { return Table[I] * VERSION; }
#define DEFINE(Name, B, C)                                                     \
  A(B) A(C) static int Name##Inner(int X) {                                    \
    char Text[32];                                                             \
    memset(Text, X, sizeof Text);                                              \
    return Text[X & 7] * VERSION;                                              \
  }                                                                            \
  A(B) A(C) int Name##One(int X) { return Name##Inner(X) + VERSION; }
EACH(DEFINE)
//--- main.c
#include "construct.h"
#include "functions.h"
static int (*const Functions[])(int) = {
#define ADDRESS(Name, B, C) Name##One,
    EACH(ADDRESS)};
static const char *const Names[] = {
#define NAME(Name, B, C) #Name,
    EACH(NAME)};
static int check(int V) {
#define USE(Name, B, C)                                                        \
  if (Name##One(5) != 6 * V)                                                   \
    return printf("%s\n", #Name), 0;
  EACH(USE)
  for (unsigned I = 0; I < sizeof Functions / sizeof *Functions; ++I)
    if (Functions[I](5) != 6 * V)
      return printf("pointer to %s\n", Names[I]), 0;
  char *Memory = allocate(10);
  int Good = Memory[9] == V;
  free(Memory);
  return Good && square(3) == 9 * V && lookUp(2) == 30 * V;
}
int main(void) {
  CHECK(check(1));
  reload(2);
  CHECK(check(2));
  return 0;
}
