// Virtual functions of objects made before: bodies in classes and outside, with key function and without.
// RUN: %{construct} %s %t
//--- animal.h
#pragma once
#include <memory>

struct Animal {
  virtual ~Animal();
  virtual int legs() const { return 4; }
  virtual int sound() const = 0;
  virtual int both() const { return legs() * 100 + sound(); }
};

std::unique_ptr<Animal> makeDog();
std::unique_ptr<Animal> makeHidden();
std::unique_ptr<Animal> makeLocal(int Base);
//--- dog.cpp
#include "animal.h"
#define VERSION 1

Animal::~Animal() = default; // the key function

namespace {
// Without a key function; its vtable is internal.
struct Hidden : Animal {
  int legs() const override { return VERSION * 2; }
  int sound() const override { return VERSION + 20; }
};
} // namespace

struct Dog : Animal {
  int sound() const override; // the key function
};
int Dog::sound() const { return VERSION; }

std::unique_ptr<Animal> makeDog() { return std::make_unique<Dog>(); }
std::unique_ptr<Animal> makeHidden() { return std::make_unique<Hidden>(); }

std::unique_ptr<Animal> makeLocal(int Base) {
  struct Local final : Animal {
    int Base;
    explicit Local(int Base) : Base(Base) {}
    int sound() const override { return Base + VERSION; }
    int legs() const override { return VERSION; }
  };
  return std::make_unique<Local>(Base);
}
//--- main.cpp
#include "animal.h"
#include "construct.h"
#include <vector>
#define VERSION 1

// No key function and used in this file alone.
template <typename T> struct Robot : Animal {
  T Value{};
  explicit Robot(T Value) : Value(Value) {}
  int sound() const override { return int(Value) * VERSION; }
};

// Final: the compiler may call its functions directly.
struct Cat final : Animal {
  int sound() const override { return VERSION * 10; }
  int twice() const { return sound() * 2; }
};

static int ask(const Animal &A) { return A.both(); }
static int askCat(const Cat &A) { return A.twice() + A.legs(); }

int main() {
  std::vector<std::unique_ptr<Animal>> Farm;
  Farm.push_back(makeDog());
  Farm.push_back(makeHidden());
  Farm.push_back(makeLocal(50));
  Farm.push_back(std::make_unique<Robot<long>>(7));
  Farm.push_back(std::make_unique<Cat>());
  auto Is = [&](std::initializer_list<int> Wanted) {
    size_t I = 0;
    for (int Number : Wanted)
      if (ask(*Farm[I++]) != Number) {
        fprintf(stderr, "%zu: %d\n", I, ask(*Farm[I - 1]));
        return false;
      }
    return true;
  };
  Cat Known;
  CHECK(Is({401, 221, 151, 407, 410}) && askCat(Known) == 24);
  reload(2);
  CHECK(Is({402, 422, 252, 414, 420}) && askCat(Known) == 44);
  Farm.push_back(makeDog());
  Farm.push_back(makeLocal(60));
  reload(3);
  CHECK(Is({403, 623, 353, 421, 430, 403, 363}) && askCat(Known) == 64);
  return 0;
}
