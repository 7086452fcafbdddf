// A virtual function is added behind the others: objects made before have it, with
// and without an override; overrides of old functions come and go.
// RUN: %{construct} %s %t
//--- shapes.h
#pragma once
#include <memory>
#define VERSION 1

struct Shape {
  virtual ~Shape() = default;
  virtual int area() const = 0;
  virtual int corners() const { return 0; }
#if VERSION >= 2
  virtual int colour() const { return 100 + VERSION; }
#endif
#if VERSION >= 3
  virtual int weight(int Factor) const;
#endif
};

// Its key function is area().
struct Square : Shape {
  int Side;
  explicit Square(int Side) : Side(Side) {}
  int area() const override;
#if VERSION != 2
  int corners() const override { return 4; }
#endif
#if VERSION >= 3
  int colour() const override { return 7; }
#endif
};

// No key function: every file has its vtable.
struct Disc : Shape {
  int area() const override { return 3 * VERSION; }
#if VERSION >= 2
  int corners() const override { return -1; }
#endif
#if VERSION >= 3
  int weight(int Factor) const override { return 2 * Factor; }
#endif
};

std::unique_ptr<Shape> makeSquare(int Side);
int ask(const Shape &S);
//--- shapes.cpp
#include "shapes.h"

int Square::area() const { return Side * Side; }
std::unique_ptr<Shape> makeSquare(int Side) {
  return std::make_unique<Square>(Side);
}
#if VERSION >= 3
int Shape::weight(int Factor) const { return area() * Factor; }
#endif
//--- ask.cpp
#include "shapes.h"

namespace {
// Only this file knows the class.
struct Hidden : Shape {
  int area() const override { return 1; }
#if VERSION >= 3
  int colour() const override { return 9; }
#endif
};
Hidden Kept;
#if VERSION >= 3
// Calls new virtual functions before the new version is in effect.
int Early = Kept.colour() + makeSquare(2)->weight(1);
#endif
} // namespace

int ask(const Shape &S) {
#if VERSION == 1
  return S.area() * 10 + S.corners() + Kept.corners();
#elif VERSION == 2
  return S.colour() + Kept.colour();
#else
  return S.colour() + 1000 * S.weight(2) + 100000 * Early + Kept.colour();
#endif
}
//--- main.cpp
#include "construct.h"
#include "shapes.h"
#include <typeinfo>

static int askAll(const Shape &S) { return ask(S); }

int main() {
  auto Old = makeSquare(3);
  Shape *Round = new Disc;
  CHECK(askAll(*Old) == 94 && askAll(*Round) == 30);
  reload(2);
  CHECK(askAll(*Old) == 204 && askAll(*Round) == 204);
  CHECK(Old->corners() == 0 && Round->corners() == -1);
  reload(3);
  CHECK(askAll(*Old) == 7 + 18000 + 1300000 + 9);
  CHECK(askAll(*Round) == 103 + 4000 + 1300000 + 9);
  CHECK(Old->corners() == 4 && Round->area() == 9);
  auto New = makeSquare(3);
  const Shape &A = *New, &B = *Old;
  CHECK(typeid(A) == typeid(B) && dynamic_cast<const Square *>(&B));
  CHECK(askAll(*New) == askAll(*Old));
  delete Round;
}
