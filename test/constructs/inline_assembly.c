// Inline assembly: a symbol as an operand is a stable entry, so calls through
// it are new; one named in the text stays direct, and the report says so.
// RUN: %{construct} %s %t
//--- functions.c
#define VERSION 1
int byOperand(int X) { return X + VERSION; }
int byName(int X) { return X + 100 * VERSION; }
int usesName(int X) {
  int Result;
  __asm__ volatile("call byName"
                   : "=a"(Result)
                   : "D"(X)
                   : "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "cc",
                     "memory");
  return Result;
}
//--- main.c
#include "construct.h"
#define VERSION 1
int byOperand(int), byName(int), usesName(int);
static int __attribute__((used)) local(int X) { return X * VERSION; }
__asm__(".pushsection .data\n.globl AssemblyTable\nAssemblyTable: .quad atTop\n"
        ".popsection");
int atTop(int X) { return X + 1000; }
extern int (*AssemblyTable)(int);
#define CALL(F, X)                                                             \
  ({                                                                           \
    int Result;                                                                \
    __asm__ volatile("call *%1"                                                \
                     : "=a"(Result)                                            \
                     : "r"(F), "D"(X)                                          \
                     : "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "cc",    \
                       "memory");                                              \
    Result;                                                                    \
  })
#define CALL_SYMBOL(F, X)                                                      \
  ({                                                                           \
    int Result;                                                                \
    __asm__ volatile("call %P1"                                                \
                     : "=a"(Result)                                            \
                     : "i"(F), "D"(X)                                          \
                     : "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "cc",    \
                       "memory");                                              \
    Result;                                                                    \
  })
static int uses(void) {
  return CALL(byOperand, 1) + 10 * CALL(byOperand, 1) + 100 * CALL(local, 1) +
         1000 * CALL_SYMBOL(local, 1);
}
int main(void) {
  CHECK(uses() == 1122);
  CHECK(byName(1) == 101 && usesName(2) == 102 && AssemblyTable(1) == 1001);
  reload(2);
  CHECK(uses() == 2233);
  CHECK(usesName(2) == 202); // an image's own
  reported("byName changed, but is not reloadable");
  return 0;
}
