// Deep recursion at the moment of the reload: each frame finishes in its old
// body; what it calls, itself included, is new.
// RUN: %{construct} %s %t
//--- other.h
long down(long N, int Reload), downThere(long N);
int leaf(void);
//--- there.c
#include "other.h"
#define VERSION 1
int leaf(void) { return VERSION; }
// Recursion between modules.
long downThere(long N) { return down(N - 1, 0) + VERSION; }
//--- main.c
#include "construct.h"
#include "other.h"
#define VERSION 1
static int Reloaded;
long down(long N, int Reload) {
  volatile char Room[32];
  Room[0] = VERSION;
  if (N == 0) {
    if (Reload && !Reloaded++)
      reload(2);
    return 0;
  }
  return down(N - 1, Reload) + Room[0] * 10 + leaf();
}
static long both(long N) { return N ? downThere(N) + VERSION : 0; }
long __attribute__((noinline)) pingPong(long N) {
  return N == 0 ? 0 : both(1) + pingPong(N - 1);
}
int main(void) {
  CHECK(down(10000, 0) == 110000);
  CHECK(pingPong(3) == 6);
  // The frames are old (10 each), each leaf() is new (2).
  CHECK(down(10000, 1) == 120000);
  CHECK(down(10000, 0) == 220000);
  CHECK(pingPong(3) == 12);
  return 0;
}
