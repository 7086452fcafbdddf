// C++: exceptions that nobody catches, crashes in a catch block and in a destructor, overriders and variables of a version that is taken back.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=600000
// MODES: host-O2 module-O0
//--- main.cpp
#include "calls.h"
#include "construct.h"
#include <exception>
#include <hcr/hcr.h>

int Destroyed;
Animal *Kept;
int (*Callback)(int);

static int called(int Number) {
  try {
    return run(Number);
  } catch (int Thrown) {
    return Thrown;
  }
}

static void crashes(int Version, const char *Text) {
  reload(Version);
  CHECK(called(1) == 11);
  reported("\"rolled_back\"");
  reported(Text);
  reported(" run(int) (calls.cpp, generation "); // as the source calls it
  CHECK(std::uncaught_exceptions() == 0 && !std::current_exception());
  CHECK(called(2) == 12 && called(-1) == 7);
}

int main() {
  Kept = make();
  CHECK(called(1) == 11 && called(-1) == 7 && Kept->legs() == 4);
  crashes(2, "SIGABRT"); // nobody catches it: between run() and main's handler
  crashes(3, "SIGSEGV"); // in a handler
  crashes(4, "SIGABRT"); // out of a noexcept function
  crashes(5, "SIGABRT"); // while another is on its way
  // In what a caller catches, nothing crashed.
  reload(6);
  CHECK(called(1) == 66);
  // An overrider of an object made before, a function and a variable are new.
  reload(7);
  CHECK(Kept->legs() == 6);
  CHECK(called(1) == 66);
  reported("\"rolled_back\"");
  CHECK(Kept->legs() == 4 && called(3) == 66);
  CHECK(Callback && Callback(5) == 5007); // its only version
  CHECK(hcr_generation() == 11);
  reload(8);
  notReported("\"removed\": 1");
  CHECK(Kept->legs() == 8 && called(1) == 1);
  reported("function added(int) was called by main");
  CHECK(Destroyed == 0);
  return 0;
}
//--- calls.h
struct Animal {
  virtual int legs() { return 4; }
  virtual ~Animal() = default;
};
Animal *make();
int run(int Number);
extern int Destroyed;
extern int (*Callback)(int);
//--- calls.cpp
#include "calls.h"
#include <stdexcept>
#define VERSION 1

struct Dog : Animal {
#if VERSION >= 7
  int legs() override { return VERSION == 7 ? 6 : 8; }
#endif
};
Animal *make() { return new Dog(); }

[[maybe_unused]] static void quiet() noexcept { throw std::runtime_error("noexcept"); }
struct Guard {
  ~Guard() noexcept(false) { throw 1; }
};
#if VERSION >= 7
struct Counted {
  int Number = 7;
  ~Counted() { ++Destroyed; }
};
static Counted Added;
static int added(int By) { return By * 1000 + Added.Number; }
#endif

int run(int Number) {
  if (Number < 0)
    throw 7;
  switch (VERSION) {
  case 2: {
    struct Barrier {
      static int through() noexcept { throw std::runtime_error("barrier"); }
    };
    return Barrier::through();
  }
  case 3:
    try {
      throw std::runtime_error("caught");
    } catch (std::exception &) {
      *(volatile int *)nullptr = 1;
    }
    break;
  case 4:
    quiet();
    break;
  case 5: {
    Guard G;
    throw 2;
  }
  case 6:
    throw 66;
#if VERSION >= 7
  case 7:
    Callback = added;
    *(volatile int *)nullptr = 1;
    break;
  case 8:
    return 1;
#endif
  }
  return Number + 10;
}
