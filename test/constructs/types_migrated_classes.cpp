// Variables of C++ classes: bases, default member initialisers, statics of functions and classes, inline variables of a header,
// anonymous namespaces, hidden ones; what methods of other modules see is the same object.
// RUN: %{construct} %s %t
//--- main.cpp
#include "construct.h"
#include "game.h"

static void change() { hero().lives = 42, hero().speed = 1.5f, hero().tag = 9; }

static bool isKept() { return hero().lives == 42 && hero().speed == 1.5f && hero().tag == 9; }

int main() {
  change();
  setUp();
  reload(2);
  CHECK(isKept());
  CHECK(check());
  reload(3);
  CHECK(isKept() && check());
}
//--- game.h
#define VERSION 1
struct Tagged {
#if VERSION >= 2
  int level = 3;
#endif
  char tag = 1;
};
struct Other {
#if VERSION >= 3
  long more = -1;
#endif
  int other = 5;
};
class Hero : public Other, public Tagged {
public:
#if VERSION >= 2
  int mana = 50;
#endif
  int lives = 3;
  int get() const { return lives; }
#if VERSION == 1
  float speed = 0;
#else
  double speed = 0;
#endif
};
inline Hero common;
Hero &hero();
void setUp();
bool check();
//--- game.cpp
#include "game.h"
static Hero theHero;
namespace {
Hero mine;
}
struct Holder {
  static Hero member;
};
Hero Holder::member;
static Hero &local() {
  static Hero inFunction;
  return inFunction;
}
__attribute__((visibility("hidden"))) Hero hidden[2][2];
Hero &hero() { return theHero; }
void setUp() {
  mine.lives = 4;
  Holder::member.lives = 5;
  local().lives = 6;
  common.lives = 7;
  hidden[1][1].lives = 8;
  hidden[1][0].other = 80;
}
bool check() {
  return mine.get() == 4 && Holder::member.get() == 5 && local().get() == 6 && common.get() == 7 &&
#if VERSION >= 2
         theHero.mana == 50 && theHero.level == 3 && hidden[0][0].mana == 50 && common.level == 3 &&
#endif
#if VERSION >= 3
         theHero.more == -1 && local().more == -1 &&
#endif
         hidden[1][1].get() == 8 && hidden[1][0].other == 80 && hidden[0][1].get() == 3 && mine.other == 5;
}
