// A class gets its first destructor, or loses it: objects that exist end as they
// began, new ones have what the new class says.
// RUN: %{construct} %s %t
#include "construct.h"
#include <string.h>
#define VERSION 1

static char Trail[64];
static struct Checker {
  ~Checker() {
    if (strcmp(Trail, "GNL"))
      _Exit(1);
  }
} Check;

struct Gains {
  char Name;
  explicit Gains(char Name) : Name(Name) {}
#if VERSION >= 2
  ~Gains() { strncat(Trail, &Name, 1); }
#endif
};
struct Loses {
  char Name;
  explicit Loses(char Name) : Name(Name) {}
#if VERSION == 1
  ~Loses() { strncat(Trail, &Name, 1); }
#endif
};

static Gains OldGains('g');
static Loses OldLoses('L');
#if VERSION >= 2
static Gains NewGains('N');
static Loses NewLoses('l');
static Gains Another('G');
#endif

static int sum(int Version) {
  CHECK(Version == VERSION);
  int Sum = OldGains.Name + OldLoses.Name;
#if VERSION >= 2
  Sum += NewGains.Name + NewLoses.Name + Another.Name;
#endif
  return Sum;
}

int main() {
  CHECK(sum(1) == 'g' + 'L');
  reload(2);
  CHECK(sum(2) == 'g' + 'L' + 'N' + 'l' + 'G');
  reload(3);
  CHECK(sum(3) == 'g' + 'L' + 'N' + 'l' + 'G');
  return 0;
}
