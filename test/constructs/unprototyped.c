// Functions defined and declared as before C89: callers say nothing of the
// parameters, or a definition has them behind its head.
// RUN: %{construct} %s %t
// FLAGS: -std=gnu89 -Wno-deprecated-non-prototype
//--- old.c
#define VERSION 1
add(A, B, C) char A;
float C;
{
  return A + B * VERSION + (int)C;
}
double scale(By)
float By;
{
  return By * VERSION;
}
int nothing() { return VERSION; }
struct Big {
  long Numbers[10];
};
struct Big fill(To, B)
int To;
struct Big B;
{
  int I;
  for (I = 0; I < 10; ++I)
    B.Numbers[I] += To * VERSION;
  return B;
}
int (*choose())() { return VERSION == 1 ? nothing : add; }
static twice(X) { return 2 * X * VERSION; }
int callsHere() { return twice(4) + add(1, 2, 3.0); }
//--- main.c
#include "construct.h"
#define VERSION 1
int add(), nothing(), callsHere(), (*choose())();
double scale();
struct Big {
  long Numbers[10];
} fill();
static int (*const Table[])() = {add, nothing, (int (*)())choose};

static int use(int V) {
  struct Big B = fill(3, (struct Big){{1}});
  int (*Kept)() = add;
  return add('\1', 2, 3.0) == 4 + 2 * V && nothing() == V &&
         callsHere() == 4 + 10 * V && scale(1.5) == 1.5 * V &&
         B.Numbers[0] == 1 + 3 * V && B.Numbers[9] == 3 * V &&
         Kept('\1', 5, 0.0) == 1 + 5 * V && Table[1]() == V &&
         choose() == (V == 1 ? nothing : add) && implicit(20) == 20 + V;
}

int implicit(int X) { return X + VERSION; }

int main() {
  CHECK(use(1));
  reload(2);
  CHECK(use(2));
  return 0;
}
