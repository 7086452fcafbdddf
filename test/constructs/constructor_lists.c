// Variables in .init_array and the like are what the linker makes its lists
// of: an image has none, or loading it would run them again. What they name
// counts as marked constructor and destructor; those may have parameters.
// RUN: %{construct} %s %t
//--- main.c
#include "construct.h"
#include "trail.h"
#define VERSION 1

char Trail[256];
int Arguments;
typedef void Function(void);
typedef void Main(int, char **, char **);

static void early(void) { note("s"); }
static void withArguments(int Count, char **Values, char **Variables) {
  CHECK(Count == 1 && strstr(Values[0], "program") && Variables[0]);
  ++Arguments;
}
__attribute__((section(".init_array"), used)) static Function *Row = early;
__attribute__((section(".init_array.00200"), used, aligned(8))) static Main *Rows[] = {
    withArguments, withArguments};
__attribute__((section(".preinit_array"), used)) static Main *First =
    withArguments;
__attribute__((section(".init_array"), used)) static Function *Elsewhere =
    elsewhere;

#if VERSION >= 2
static void late(void) { note("L"); }
static void early2(void) { note("E"); }
__attribute__((section(".init_array"), used, aligned(8))) static Function *New[] = {
    late, elsewhere};
__attribute__((section(".ctors.65434"), used)) static Function *const Old =
    early2;
__attribute__((constructor(150))) static void marked(int Count, char **Values) {
  withArguments(Count, Values, Values);
}
#endif

static void last(void) { note(VERSION == 1 ? "1" : "2"); }
__attribute__((section(".fini_array"), used)) static Function *End = last;
#if VERSION >= 2
static void newLast(void) { note("n"); }
__attribute__((section(".fini_array.00300"), used)) static Function *NewEnd =
    newLast;
#endif

static const char *Expected = NULL;
__attribute__((destructor(101))) static void compare(void) {
  if (Expected && strcmp(Trail, Expected)) {
    fprintf(stderr, "at exit: %s\nexpected: %s\n", Trail, Expected);
    _Exit(1);
  }
}

static int number(void) { return VERSION; }

int main(void) {
  CHECK(!strcmp(Trail, "sx"));
  CHECK(Arguments == 3 && number() == 1);
  CHECK(Row == early && Rows[0] == withArguments && Elsewhere == elsewhere);
  reload(2);
  CHECK(!strcmp(Trail, "sxELx"));
  CHECK(Arguments == 4 && number() == 2);
  reload(3);
  CHECK(!strcmp(Trail, "sxELx"));
  CHECK(Arguments == 4 && number() == 3);
  Expected = "sxELxn2";
  return 0;
}
//--- trail.h
#include <string.h>
extern char Trail[256];
static inline void note(const char *Text) { strcat(Trail, Text); }
void elsewhere(void);
//--- other.c
#include "trail.h"
void elsewhere(void) { note("x"); }
