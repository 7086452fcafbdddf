// Functions marked constructor and destructor, with priorities: new ones run
// once, at the reload that brings them and at exit; those that exist never
// again; a removed destructor still runs at exit.
// RUN: %{construct} %s %t
#include "construct.h"
#include <string.h>
#define VERSION 1

static char Trail[256];
static void note(const char *Text) { strcat(Trail, Text); }

__attribute__((constructor)) static void start(void) { note("s"); }
__attribute__((constructor(200))) static void startEarly(void) { note("e"); }
__attribute__((destructor)) static void stop(void) {
  note(VERSION == 1 ? "1" : "2");
}
#if VERSION == 1
__attribute__((destructor(300))) static void stopOnce(void) { note("o"); }
#endif
#if VERSION >= 2
__attribute__((constructor(5000))) static void second(void) { note("B"); }
__attribute__((constructor(4000))) static void first(void) { note("A"); }
__attribute__((constructor)) static void third(void) { note("C"); }
__attribute__((destructor(5000))) void stopSecond(void) { note("b"); }
__attribute__((destructor(4000))) void stopFirst(void) { note("a"); }
#endif

/* The last of all: it has the lowest priority. */
static const char *Expected = NULL;
__attribute__((destructor(101))) static void compare(void) {
  if (Expected && strcmp(Trail, Expected)) {
    fprintf(stderr, "at exit: %s\nexpected: %s\n", Trail, Expected);
    _Exit(1);
  }
}

static int counter(int Version) {
  static int Count = 10;
  static int Offset = VERSION;
  CHECK(Version == VERSION && Offset == 1);
  return ++Count;
}

int main(void) {
  CHECK(counter(1) == 11);
  CHECK(!strcmp(Trail, "es"));
  reload(2);
  CHECK(counter(2) == 12);
  CHECK(!strcmp(Trail, "esABC"));
  reload(3);
  CHECK(counter(3) == 13);
  CHECK(!strcmp(Trail, "esABC"));
  /* At exit those that came with a reload run first, in their order. */
  Expected = "esABCba2o";
  return 0;
}
