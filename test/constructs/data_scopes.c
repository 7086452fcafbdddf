// A variable that becomes `const`, `static` or local, that is removed, renamed
// or grows, and back: it keeps its value if it is the same variable, and starts
// from its initial value if it is another one.
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.hidden --modes=host-O2 -fvisibility=hidden
#include "construct.h"

#define VERSION 1

#if VERSION & 1
#define ODD
#else
#define ODD static
#endif

/* With and without `static`: the same variable. */
ODD int Linkage = 10;

#if VERSION & 1
static int Mutable = 1;
#else
static const int Mutable = 1;
#endif
const int *mutableAddress(void) { return &Mutable; }
static void setMutable(int X) {
#if VERSION & 1
  Mutable = X;
#else
  (void)X;
#endif
}

#if VERSION & 1
static int Moved = 100;
int moved(void) { return ++Moved; }
#else
int moved(void) {
  static int Moved = 100;
  return ++Moved;
}
#endif

#if VERSION & 1
static int odd(void) {
#else
static int even(void) {
#endif
  static int Count = 0;
  return ++Count;
}
static int renamed(void) {
#if VERSION & 1
  return odd();
#else
  return even();
#endif
}

/* Grows while nobody has it. */
#if VERSION == 1
static int Array[2] = {1, 2};
#elif VERSION >= 3
static int Array[4] = {1, 2, 3, 4};
#endif
static int array(int I) {
#if VERSION != 2
  return Array[I]++;
#else
  return I;
#endif
}

/* A constant may change in size at any time. */
#if VERSION == 1
static const char Words[] = "one";
#else
static const char Words[] = "forty-two";
#endif

static const char *words(void) { return Words; }
static int next(void) { return ++Linkage; }
static int value(void) { return Mutable; }

int main(void) {
  CHECK(next() == 11 && moved() == 101 && renamed() == 1 && renamed() == 2);
  const char *One = words();
  CHECK(sizeof Words == 4 && One[3] == 0);
  setMutable(5);
  CHECK(array(1) == 2 && array(1) == 3 && value() == 5);
  const int *Old = mutableAddress();
  reload(2);
  CHECK(next() == 12);
  CHECK(value() == 1 && *mutableAddress() == 1 && *Old == 5);
  CHECK(moved() == 101 && renamed() == 1);
  CHECK(words()[8] == 'o' && One[2] == 'e');
  CHECK(array(1) == 1);
  reload(3);
  CHECK(next() == 13);
  setMutable(6);
  CHECK(value() == 6 && *Old == 5);
  /* Others again. */
  CHECK(moved() == 101 && renamed() == 1);
  CHECK(array(3) == 4 && array(1) == 2);
  reload(4);
  CHECK(next() == 14 && value() == 1 && array(3) == 5);
  return 0;
}
