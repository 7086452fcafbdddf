// static inline, extern inline, C99 inline with an external definition,
// gnu_inline, always_inline and noinline: calls and kept addresses.
// RUN: %{construct} %s %t
//--- kinds.h
#define VERSION 1
static inline int staticInline(int X) { return X + VERSION; }
// An inline definition; one file says extern.
inline int c99(int X) { return X + VERSION; }
extern inline __attribute__((gnu_inline)) int gnu(int X) { return X + VERSION; }
extern inline int externInline(int X);
static inline __attribute__((always_inline)) int always(int X) {
  return X + VERSION;
}
static inline __attribute__((noinline)) int never(int X) {
  static int Calls;
  return X + VERSION + 0 * ++Calls;
}
typedef int Function(int);
Function *address(int);
int useThere(int);
//--- kinds.c
#include "kinds.h"
extern int c99(int);
int useThere(int X) {
  return staticInline(X) + c99(X) + gnu(X) + always(X) + never(X) +
         externInline(X);
}
Function *address(int Which) {
  static Function *const Table[] = {staticInline, c99,   gnu,
                                    always,       never, externInline};
  return Table[Which];
}
inline int externInline(int X) { return X + VERSION; }
//--- gnu.c
#define VERSION 1
int gnu(int X) { return X + VERSION; }
//--- main.c
#include "construct.h"
#include "kinds.h"
static Function *const Table[] = {staticInline, c99, gnu, always, never};
static int use(int X) {
  return staticInline(X) + c99(X) + gnu(X) + always(X) + never(X);
}
// Not in main, whose old body has inline functions in it.
static int viaPointers(Function *const *Kept, Function *const *Own) {
  int Sum = 0;
  for (int I = 0; I < 5; ++I) {
    CHECK(Kept[I] == address(I) && Own[I] == Table[I]);
    Sum += Kept[I](1) + Table[I](1);
  }
  CHECK(Kept[1] == c99 && Kept[2] == gnu);
  return Sum + Kept[5](1);
}
int main(void) {
  Function *Kept[6], *Own[5];
  for (int I = 0; I < 6; ++I)
    Kept[I] = address(I);
  for (int I = 0; I < 5; ++I)
    Own[I] = Table[I];
  CHECK(use(1) == 10 && useThere(1) == 12);
  CHECK(viaPointers(Kept, Own) == 22);
  reload(2);
  CHECK(use(1) == 15 && useThere(1) == 18);
  CHECK(viaPointers(Kept, Own) == 33);
  return 0;
}
