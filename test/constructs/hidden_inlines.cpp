// A program with -fvisibility=hidden -fvisibility-inlines-hidden: classes,
// inline functions with statics, templates.
// RUN: %{construct} %s %t -fvisibility=hidden -fvisibility-inlines-hidden
//--- shape.h
#define VERSION 1
struct Shape {
  virtual ~Shape() = default;
  virtual int area() const { return 1 * VERSION; }
  int twice() const { return 2 * area(); }
};
struct Square : Shape {
  int Side = 3;
  int area() const override;
};
inline int count() {
  static int Count;
  return Count += VERSION;
}
template <class T> T more(T X) {
  static T Sum;
  return Sum += X * VERSION;
}
int countThere();
//--- shape.cpp
#include "shape.h"
int Square::area() const { return Side * Side * VERSION; }
int countThere() { return count() + more(100); }
//--- main.cpp
#include "construct.h"
#include "shape.h"
int main() {
  Shape Base;
  Square Derived;
  Shape *volatile Shapes[] = {&Base, &Derived};
  int (*Kept)() = count;
  CHECK(Shapes[0]->area() == 1 && Shapes[1]->area() == 9);
  CHECK(Shapes[1]->twice() == 18);
  CHECK(count() == 1 && countThere() == 2 + 100 && Kept() == 3);
  reload(2);
  CHECK(Shapes[0]->area() == 2 && Shapes[1]->area() == 18);
  CHECK(Kept() == 5);
  CHECK(countThere() == 7 + 300);
  CHECK(Kept == count);
  return 0;
}
