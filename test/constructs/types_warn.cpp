// HCR_TYPES=warn: a reload goes on, its report names the types of which there may be objects on the heap, and handlers, before
// and after, are told which types changed: here they make the objects anew.
// RUN: %{construct} %s %t
// ENV: HCR_TYPES=warn
//--- main.cpp
#include "construct.h"
#include "use.h"

int main() {
  make();
  CHECK(sum() == 1 + 2 + 3);
  reload(2);
  reported("the layout of the type game::Fish changed; objects of it that were made before, outside of variables, have "
           "the old one");
  CHECK(sum() == 1 + 2 + 3 + 3 * 10);
  CHECK(isTold());
}
//--- use.h
void make();
int sum();
bool isTold();
//--- use.cpp
#include "use.h"
#include <hcr/hcr.h>
#include <memory>
#include <string.h>
#include <string>
#include <vector>
#define VERSION 1
namespace game {
struct Fish {
#if VERSION == 2
  int Weight = 10;
#endif
  int Size;
};
} // namespace game
static std::vector<std::unique_ptr<game::Fish>> Fishes;
static std::vector<int> Sizes;
static std::string Before, After;

static std::string changed() {
  char Text[200];
  size_t Length = hcr_changed_types(Text, sizeof Text);
  return Length == strlen(Text) ? Text : "";
}
static bool isChanged(const std::string &Types) { return ("\n" + Types + "\n").find("\ngame::Fish\n") != Types.npos; }
static void save() {
  Before = changed();
  for (const auto &F : Fishes)
    Sizes.push_back(F->Size);
  Fishes.clear();
}
static void restore() {
  After = changed();
  for (int Size : Sizes) {
    Fishes.push_back(std::make_unique<game::Fish>());
    Fishes.back()->Size = Size;
  }
}
HCR_BEFORE_RELOAD(save);
HCR_AFTER_RELOAD(restore);

void make() {
  for (int Size : {1, 2, 3})
    Sizes.push_back(Size);
  restore();
  Sizes.clear();
}
int sum() {
  int Sum = 0;
  for (const auto &F : Fishes)
#if VERSION == 2
    Sum += F->Weight + F->Size;
#else
    Sum += F->Size;
#endif
  return Sum;
}
bool isTold() { return isChanged(Before) && isChanged(After); }
