// Addresses of functions: equal before and after, in every module, in a shared
// library of the program, in tables, in switch-like dispatch.
// RUN: %{construct} %s %t
// LIBRARY: library.c
//--- names.h
typedef int Function(int);
int here(int), there(int), inLibrary(int), newest(int);
Function *addressOf(int Which), *libraryAddressOf(int Which);
int callInLibrary(Function *, int);
int compareInLibrary(Function *, Function *);
int dispatch(unsigned, int);
//--- there.c
#include "names.h"
#define VERSION 1
int there(int X) { return X + VERSION; }
static int own(int X) { return X * VERSION; }
#if VERSION == 2
int newest(int X) { return X + 1000; }
#endif
Function *addressOf(int Which) {
  switch (Which) {
  case 0:
    return here;
  case 1:
    return there;
  case 2:
    return inLibrary;
#if VERSION == 2
  case 4:
    return newest;
#endif
  default:
    return own;
  }
}
static int zero(int X) { return X * 10 * VERSION; }
static int one(int X) { return X * 20 * VERSION; }
static int two(int X) { return X * 30 * VERSION; }
int dispatch(unsigned Which, int X) {
  static Function *const Table[] = {zero, one, two, there, inLibrary};
  if (Which >= sizeof Table / sizeof *Table)
    return -1;
  return Table[Which](X);
}
//--- library.c
#include "names.h"
#define VERSION 1
int inLibrary(int X) { return X + VERSION; }
static Function *const Table[] = {here, there, inLibrary};
Function *libraryAddressOf(int Which) { return Table[Which]; }
int callInLibrary(Function *F, int X) { return F(X) * VERSION; }
int compareInLibrary(Function *A, Function *B) {
  return A == B && A != inLibrary;
}
//--- main.c
#include "construct.h"
#include "names.h"
#define VERSION 1
int here(int X) { return X + VERSION; }
static Function *const Table[] = {here, there, inLibrary};

static void use(int V) {
  for (int I = 0; I < 3; ++I) {
    CHECK(Table[I] == addressOf(I));
    CHECK(Table[I] == libraryAddressOf(I));
    CHECK(callInLibrary(Table[I], 5) == (5 + V) * V);
  }
  CHECK(compareInLibrary(here, addressOf(0)));
  CHECK(!compareInLibrary(here, there));
  CHECK(!compareInLibrary(inLibrary, addressOf(2)));
  CHECK(addressOf(3)(7) == 7 * V);
  CHECK(dispatch(0, 1) == 10 * V && dispatch(1, 1) == 20 * V &&
        dispatch(2, 1) == 30 * V && dispatch(3, 1) == 1 + V &&
        dispatch(4, 1) == 1 + V && dispatch(5, 1) == -1);
}

int main(void) {
  Function *Kept[4];
  for (int I = 0; I < 4; ++I)
    Kept[I] = addressOf(I);
  use(1);
  reload(2);
  use(2);
  for (int I = 0; I < 4; ++I)
    CHECK(Kept[I] == addressOf(I));
  Function *New = addressOf(4);
  CHECK(New(1) == 1001);
  reload(3);
  use(3);
  CHECK(Kept[3] == addressOf(3) && Kept[3](1) == 3);
  return 0;
}
