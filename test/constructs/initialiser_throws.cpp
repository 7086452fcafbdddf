// An initialiser that throws: the others run, the reload takes effect, and the
// next version of the module makes what is missing.
// RUN: %{construct} %s %t
#include "construct.h"
#include <hcr/hcr.h>
#include <string>
#define VERSION 1

static int Destroyed;
struct Fragile {
  std::string Text = "a text that is too long for the object itself";
  int Number;
  explicit Fragile(int Number) : Number(Number) {
    if (Number == 2)
      throw Number;
  }
  ~Fragile() { ++Destroyed; }
};

/// The first to be made is the last to go.
static struct Checker {
  int Expected = -1;
  ~Checker() {
    if (Expected != Destroyed)
      _Exit(1);
  }
} Check;

HCR_REINIT static Fragile Old(VERSION);
HCR_REINIT static Fragile Behind(VERSION * 10);
#if VERSION >= 2
static Fragile New(VERSION);
static Fragile Last(VERSION * 100);
#endif

static void step(int Version) {
  CHECK(Version == VERSION && Behind.Number == VERSION * 10);
  if (VERSION != 2)
    CHECK(Old.Number == VERSION && Old.Text.size() == 45);
#if VERSION >= 2
  CHECK(Last.Number == 200);
  if (VERSION != 2)
    CHECK(New.Number == VERSION && New.Text == Old.Text);
#endif
}

int main() {
  step(1);
  reload(2);
  step(2);
  CHECK(Destroyed == 2); // Old and Behind
  reported("an initialiser of initialiser_throws.cpp threw an exception");
  reported("Old has no value: its initialiser did not finish");
  reported("New has no value: its initialiser did not finish");
  notReported("Last has no value");
  reported("Behind has its new initial value");
  reload(3);
  step(3);
  CHECK(Destroyed == 3); // Behind; there was no Old, and Last is kept
  reported("initial value of Last changed; the variable keeps its value");
  Check.Expected = 7;
  return 0;
}
