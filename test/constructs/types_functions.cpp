// HCR_MIGRATE: a function of the program makes the new object out of the old one: with strings, containers, virtual functions,
// numbers that become narrower; nested, in arrays, by a name inside of a namespace. The new object is destroyed at exit.
// Two modes, because the library's headers take their time.
// RUN: %{construct} %s %t --modes=host-O2,module-O0
// EXPECT: 3
//--- main.cpp
#include "construct.h"
#include "use.h"

int main() {
  set();
  reload(2);
  CHECK(isSet());
  refused(3, "the function of HCR_MIGRATE threw an exception");
  CHECK(isSet());
  reload(4);
  CHECK(isSet());
  return 0;
}
//--- use.h
void set();
bool isSet();
//--- use.cpp
#include "use.h"
#include <cstdio>
#include <cstdlib>
#include <hcr/hcr.h>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>
#define VERSION 1

namespace game {
struct Item {
  int Count;
};
struct World {
#if VERSION >= 2
  int Added = 1;
#endif
  std::string Name = "none";
  std::vector<Item> Items;
#if VERSION == 3
  int Third = 3;
#endif
  virtual int get() const { return static_cast<int>(Items.size()); }
  virtual ~World() {
    // Once, for the object that is there at the end.
    if (Name == "a name that is too long for its own buffer")
      _Exit(3);
  }
};
struct Narrow {
#if VERSION == 1
  double Value = 0;
#else
  int Value = 0;
#endif
};
struct Outer {
#if VERSION >= 2
  char Front = 'f';
#endif
  Narrow In[2];
  int Kept = 0;
};
World world;
static Outer outers[2];
#if VERSION >= 2
struct OldWorld {
  std::string Name;
  std::vector<Item> Items;
  virtual ~OldWorld() = default;
};
static void migrate(void *New, const void *Old) {
#if VERSION == 3
  throw std::runtime_error("no");
#endif
  const char *At = static_cast<const char *>(Old) + sizeof(void *); // behind the pointer to virtual functions
  const auto &Name = *reinterpret_cast<const std::string *>(At);
  const auto &Items = *reinterpret_cast<const std::vector<Item> *>(At + sizeof(std::string));
  World *W = new (New) World;
  W->Name = Name;
  W->Items = Items;
  W->Added = 5;
}
HCR_MIGRATE(World, migrate);
static void narrow(void *New, const void *Old) {
  static_cast<Narrow *>(New)->Value = static_cast<int>(*static_cast<const double *>(Old));
}
HCR_MIGRATE(game::Narrow, narrow);
#endif
} // namespace game
using namespace game;

int version() { return VERSION; }
void set() {
#if VERSION == 1
  world.Name = "a name that is too long for its own buffer";
  world.Items = {{1}, {2}, {3}};
  outers[1].In[1].Value = 12.5;
  outers[1].Kept = 6;
#endif
}
bool isSet() {
#if VERSION >= 2
  world.Items.push_back({4});
  world.Items.pop_back();
  return world.Name == "a name that is too long for its own buffer" && world.get() == 3 && world.Items[2].Count == 3 &&
         world.Added == 5 && outers[1].In[1].Value == 12 && outers[1].Kept == 6 && outers[0].Front == 'f';
#else
  return false;
#endif
}
