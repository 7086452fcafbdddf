// ifunc: what the resolver chose keeps its newest body; a changed resolver is
// reported. Functions of several versions (target_clones, target).
// RUN: %{construct} %s %t
//--- choose.h
int chosen(int), cloned(int), useThere(int);
//--- choose.c
#include "choose.h"
#define VERSION 1
static int fast(int X) { return X + VERSION; }
static int slow(int X) { return X - VERSION; }
static int (*resolve(void))(int) { return VERSION ? fast : slow; }
int chosen(int) __attribute__((ifunc("resolve")));
__attribute__((target_clones("avx2", "sse4.2", "default"), noinline)) int
cloned(int X) {
  return X * VERSION;
}
__attribute__((target("default"))) static int multi(int X) {
  return X + 10 * VERSION;
}
__attribute__((target("sse4.2"))) static int multi(int X) {
  return X + 10 * VERSION;
}
int useThere(int X) { return chosen(X) * 10000 + cloned(X) * 100 + multi(X); }
//--- main.c
#include "choose.h"
#include "construct.h"
static int (*volatile Kept)(int) = chosen, (*volatile KeptClone)(int) = cloned;
static int useHere(int X) { return chosen(X) * 100 + cloned(X); }
int main(void) {
  CHECK(useHere(5) == 605 && useThere(5) == 60515);
  CHECK(Kept(5) == 6 && KeptClone(5) == 5);
  reload(2);
  CHECK(useThere(5) == 71025);
  CHECK(useHere(5) == 710);
  CHECK(Kept(5) == 7);
  CHECK(KeptClone(5) == 10);
  return 0;
}
