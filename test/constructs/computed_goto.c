// Computed goto: tables of labels in static storage and on the stack, nested
// interpreters, distances between labels; a frame inside one stays in its own.
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.O3 --modes=host-O2 -O3
//--- interpreter.c
#include "construct.h"
#define VERSION 1
enum { Add, Double, Inner, Reload, Stop };
static int inner(const unsigned char *Code, int Value) {
  static const int Distances[] = {&&add - &&add, &&twice - &&add,
                                  &&stop - &&add};
  goto *(&&add + Distances[*Code++]);
add:
  Value += 100 * VERSION;
  goto *(&&add + Distances[*Code++]);
twice:
  Value *= 2;
  goto *(&&add + Distances[*Code++]);
stop:
  return Value;
}
int interpret(const unsigned char *Code, int Value) {
  static const void *const Table[] = {&&add, &&twice, &&inside, &&again,
                                      &&stop};
  const void *Local[5];
  for (int I = 0; I < 5; ++I)
    Local[I] = Table[I];
#define NEXT goto **(*Code % 2 ? &Local[*Code++] : &Table[*Code++])
  NEXT;
add:
  Value += VERSION;
  NEXT;
twice:
  Value *= 2;
  NEXT;
inside: {
  // A second dispatch inside the first, that jumps out of itself.
  void *Labels[] = {&&here, &&out};
  int I = 0;
here:
  Value += inner((const unsigned char[]){0, 1, 2}, I);
  goto *Labels[I++];
out:;
}
  NEXT;
again:
  reload(2);
  NEXT;
stop:
  return Value;
}
//--- main.c
#include "construct.h"
int interpret(const unsigned char *, int);
enum { Add, Double, Inner, Reload, Stop };
int main(void) {
  int (*Kept)(const unsigned char *, int) = interpret;
  const unsigned char Plain[] = {Add, Double, Inner, Add, Stop};
  const unsigned char Across[] = {Add, Reload, Add, Inner, Stop};
  CHECK(interpret(Plain, 1) == 4 + 200 + 202 + 1);
  // Its own steps are old, inner() is new.
  CHECK(interpret(Across, 0) == 2 + 400 + 402);
  CHECK(interpret(Plain, 1) == 6 + 400 + 402 + 2);
  CHECK(Kept(Plain, 1) == 6 + 400 + 402 + 2);
  return 0;
}
