// Functions called by constructors and destructors with priorities: start-up
// runs them once, and what they call at exit is the newest version.
// RUN: %{construct} %s %t
// EXPECT: 7
//--- order.c
#define VERSION 1
#include <stdio.h>
#include <unistd.h>
int Steps;
static int step(int Digit) { return Steps * 10 + Digit * VERSION; }
__attribute__((constructor(201))) static void first(void) { Steps = step(1); }
__attribute__((constructor(202))) void second(void) { Steps = step(2); }
__attribute__((constructor)) static void third(void) { Steps = step(3); }
static int AtExit;
static void note(int Digit) { AtExit = AtExit * 10 + Digit * VERSION; }
__attribute__((destructor)) static void last3(void) { note(3); }
__attribute__((destructor(202))) void last2(void) { note(2); }
__attribute__((destructor(201))) static void last1(void) {
  note(1);
  // Everything ran once, in order, in the new version.
  _exit(AtExit == 642 && Steps == 123 ? 7 : 1);
}
int now(void) { return Steps * VERSION; }
//--- main.c
#include "construct.h"
int now(void);
int main(void) {
  CHECK(now() == 123);
  reload(2);
  CHECK(now() == 246);
  return 0;
}
