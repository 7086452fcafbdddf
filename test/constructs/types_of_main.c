// main has its frame all the time: a variable of its file that it does not touch can change its layout, one that it uses, or
// whose type it knows, cannot.
// RUN: %{construct} %s %t
#include "construct.h"
#include <string.h>

#define VERSION 1

// Makes a difference between versions that are alike otherwise.
int version(void) { return VERSION; }

struct World {
#if VERSION >= 2
  int New;
#endif
  int Frames;
};
struct Used {
#if VERSION == 3
  int New;
#endif
  int Value;
};
struct World World;
struct Used Used, Elsewhere;

static int frame(void) { return ++World.Frames; }
static struct Used *elsewhere(void) { return &Elsewhere; }

int main(void) {
  Used.Value = 4;
  for (int I = 1; I < 5; ++I)
    CHECK(frame() == I);
  reload(2);
  CHECK(frame() == 5);
  refused(3, "its value cannot be kept: main of ");
  CHECK(frame() == 6);
  reload(4);
  CHECK(frame() == 7 && elsewhere()->Value == 0);
}
