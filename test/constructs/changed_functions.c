// A function that becomes static, inline, variadic, a macro, that changes its
// parameters, that is removed and comes back; and what pointers kept to it do.
// RUN: %{construct} %s %t
//--- functions.h
#define VERSION 1
int becomesStatic(int), stays(int);
int useThere(int);
int (*address(int))(int);
#if VERSION == 1
int becomesInline(int);
int becomesMacro(int);
int becomesVariadic(int);
int changesParameters(int);
#else
static inline int becomesInline(int X) { return X + 20; }
#define becomesMacro(X) ((X) + 30)
int becomesVariadic(int, ...);
int changesParameters(int, long, int);
#endif
#if VERSION != 2
int comesBack(int);
#endif
//--- functions.c
#include "functions.h"
#include <stdarg.h>
#if VERSION == 1
int becomesInline(int X) { return X + 2; }
int becomesMacro(int X) { return X + 3; }
int becomesVariadic(int X) { return X + 4; }
int changesParameters(int X) { return X + 5; }
int becomesStatic(int X) { return X + 1; }
#else
int becomesVariadic(int Count, ...) {
  va_list List;
  va_start(List, Count);
  int Sum = 0;
  while (Count--)
    Sum += va_arg(List, int);
  va_end(List);
  return Sum;
}
int changesParameters(int X, long Y, int Z) { return X + (int)Y + Z; }
static int hidden(int X) { return X + 10; }
#define becomesStatic hidden
#endif
#if VERSION != 2
int comesBack(int X) { return X + 6 * VERSION; }
#endif
int stays(int X) { return X * VERSION; }
int useThere(int X) { return becomesStatic(X) + stays(X); }
int (*address(int Which))(int) {
  switch (Which) {
  case 0:
    return becomesStatic;
  case 1:
    return becomesInline;
#if VERSION == 1
  case 2:
    return becomesVariadic;
  case 3:
    return changesParameters;
  case 4:
    return becomesMacro;
#endif
#if VERSION != 2
  case 5:
    return comesBack;
#endif
  }
  return 0;
}
//--- main.c
#include "construct.h"
#include "functions.h"
static int use(int X) {
#if VERSION == 1
  return becomesInline(X) + becomesMacro(X) + becomesVariadic(X) +
         changesParameters(X) + comesBack(X);
#else
  return becomesInline(X) + becomesMacro(X) + becomesVariadic(3, X, X, X) +
         changesParameters(X, 2L, 3)
#if VERSION == 3
         + comesBack(X)
#endif
      ;
#endif
}
int main(void) {
  int (*Old[6])(int);
  for (int I = 0; I < 6; ++I)
    Old[I] = address(I);
  CHECK(use(100) == 520 && useThere(10) == 21);
  for (int I = 0; I < 6; ++I)
    CHECK(Old[I](1) == "\2\3\5\6\4\7"[I]);
  reload(2);
  CHECK(use(100) == 120 + 130 + 300 + 105 && useThere(10) == 40);
  // Old pointers: of what is gone the last body, of a changed signature too.
  CHECK(Old[2](1) == 5 && Old[3](1) == 6 && Old[4](1) == 4);
  CHECK(Old[5](1) == 7);
  CHECK(Old[0](1) == 2);
  int Inline = Old[1](1);
  CHECK(Inline == 3 || Inline == 21);
  reload(3);
  CHECK(use(100) == 120 + 130 + 300 + 105 + 118);
  CHECK(Old[5] == address(5) && Old[5](1) == 19);
  return 0;
}
