// Functions and variables of shared libraries, in code and in tables: the same
// ones in every version, also where the program has a copy of a library's
// variable (-no-pie).
// LINK: -lm
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.nopie --modes=host-O0,host-O2 -fno-pie -no-pie
#include "construct.h"
#include <getopt.h>
#include <math.h>
#include <string.h>

#define VERSION 1

extern char **environ;

static FILE **const Streams[] = {&stdout, &stderr};
static int *const Options[] = {&optind, &opterr};
static char ***Environment = &environ;
static size_t (*const Functions[])(const char *) = {strlen};
static double (*Math)(double) = cbrt;
static int (*const Compare)(const char *, const char *) = strcmp;
struct Entry {
  const char *Name;
  void *(*Make)(size_t);
  void (*Free)(void *);
};
static const struct Entry Entries[] = {{"malloc", malloc, free}};
#if VERSION >= 2
static int *const NewOptions[] = {&optopt, &optind};
static char *(*const NewFunction)(const char *, int) = strchr;
#endif

static int step(void) {
  CHECK(Streams[0] == &stdout && *Streams[1] == stderr);
  CHECK(*Environment == environ && Functions[0]("four") == 4);
  CHECK(Math(27.0) > 2.9 && !Compare("a", "a"));
  void *Block = Entries[0].Make(10);
  CHECK(Block && Entries[0].Make == malloc);
  Entries[0].Free(Block);
#if VERSION >= 2
  CHECK(NewOptions[1] == Options[0] && NewFunction("ab", 'b') && optopt == 9);
#endif
  return ++*Options[0];
}

static size_t (*length(void))(const char *) { return strlen; }
static FILE **standardOut(void) { return &stdout; }

int main(void) {
  size_t (*Length)(const char *) = length();
  FILE **Out = standardOut();
  optind = 5, optopt = 9;
  CHECK(step() == 6);
  reload(2);
  CHECK(step() == 7 && optind == 7);
  CHECK(length() == Length && length() == strlen && standardOut() == Out);
  return 0;
}
