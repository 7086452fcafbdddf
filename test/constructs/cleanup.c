// Variables with a cleanup function: it runs once, newest version, when a
// frame of old code is left after the edit.
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.exceptions --modes=host-O2 -fexceptions
//--- main.c
#include "construct.h"
#define VERSION 1
static int Sum;
void add(int *Value) { Sum += *Value * VERSION; }
static void addStatic(int *Value) { Sum += *Value * 10 * VERSION; }
static void release(char **Memory) {
  free(*Memory);
  Sum += 1000 * VERSION;
}
static int blocks(int Reload) {
  __attribute__((cleanup(add))) int A = 1;
  for (int I = 0; I < 2; ++I) {
    __attribute__((cleanup(addStatic))) int B = 1;
    if (I == 1 && Reload)
      reload(2);
    if (I == 1)
      break;
  }
  __attribute__((cleanup(release))) char *C = malloc(10);
  if (Reload)
    return Sum;
  goto out;
out:
  return Sum;
}
int main(void) {
  CHECK(blocks(0) == 20);
  CHECK(Sum == 20 + 1000 + 1);
  Sum = 0;
  CHECK(blocks(1) == 10 + 20);
  CHECK(Sum == 30 + 2000 + 2);
  Sum = 0;
  CHECK(blocks(0) == 40);
  CHECK(Sum == 40 + 2000 + 2);
  return 0;
}
