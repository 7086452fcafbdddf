// Variables that move from one file to another, become hidden or inline keep
// value and object: their constructors do not run again, their destructors run
// once.
// RUN: %{construct} %s %t
//--- traced.h
#include <string>
extern char Trail[256];
struct Traced {
  std::string Name;
  explicit Traced(const char *Name);
  ~Traced();
};
int nextNumber();
const char *stepA(int Version);
const char *stepB(int Version);
//--- a.cpp
#include "construct.h"
#include "traced.h"
#define VERSION 1
#if VERSION == 1
Traced Moves("moves");
int Number = nextNumber();
#else
extern Traced Moves;
extern int Number;
#endif
#if VERSION == 1
[[gnu::visibility("hidden")]]
#endif
Traced Shown("shown");
#if VERSION == 1
Traced Inlined("inlined");
#else
inline Traced Inlined("inlined");
#endif
const char *stepA(int Version) {
  CHECK(Version == VERSION && Number == 1);
  CHECK(Shown.Name == "shown" || Shown.Name == "touched");
  CHECK(Inlined.Name == "inlined");
  Shown.Name = "touched";
  return Moves.Name.c_str();
}
//--- b.cpp
#include "construct.h"
#include "traced.h"
#define VERSION 1
#if VERSION == 1
extern Traced Moves;
extern int Number;
#else
int Number = nextNumber();
Traced Moves("moves");
extern Traced Shown;
#endif
#if VERSION >= 2
static Traced &shown() { return Shown; }
#endif
const char *stepB(int Version) {
  CHECK(Version == VERSION && Number == 1);
#if VERSION >= 2
  CHECK(shown().Name == "touched");
#endif
  Moves.Name += "!";
  return Moves.Name.c_str();
}
//--- main.cpp
#include "construct.h"
#include "traced.h"
#include <string.h>
char Trail[256];
static struct Checker {
  const char *Expected = "";
  ~Checker() {
    if (strcmp(Trail, Expected)) {
      fprintf(stderr, "at exit: %s\nexpected: %s\n", Trail, Expected);
      _Exit(1);
    }
  }
} Check __attribute__((init_priority(101)));
Traced::Traced(const char *Name) : Name(Name) { strcat(Trail, "+"); }
Traced::~Traced() { strcat(Trail, ("-" + Name).c_str()); }
int nextNumber() {
  static int Next = 0;
  return ++Next;
}
int main() {
  CHECK(!strcmp(stepA(1), "moves") && !strcmp(stepB(1), "moves!"));
  CHECK(!strcmp(Trail, "+++"));
  reload(2);
  CHECK(!strcmp(stepA(2), "moves!") && !strcmp(stepB(2), "moves!!"));
  reload(3);
  CHECK(!strcmp(stepA(3), "moves!!") && !strcmp(stepB(3), "moves!!!"));
  CHECK(!strcmp(Trail, "+++"));
  Check.Expected = "+++-inlined-touched-moves!!!";
  return 0;
}
