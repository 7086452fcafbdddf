// Inline variables, statics of inline functions and their guards: one for all modules, old and new, and one constructor call.
// RUN: %{construct} %s %t
//--- shared.h
#pragma once
#include <string>
#define VERSION 1

extern int Constructed;
struct Counter {
  int N = 0;
  Counter() { ++Constructed; }
  int next() { return N += VERSION; }
};
inline Counter Shared;
struct Holder {
  static inline std::string Text = "text";
  static inline thread_local int Own = 1;
};
inline int nextStatic() {
  static Counter Inner;
  return Inner.next();
}
template <typename T> inline Counter OfTemplate;
template <typename T> int nextOf() { return OfTemplate<T>.next(); }

#if VERSION >= 2
inline Counter Added; // by the edit: made once, though three modules have it
inline int nextAdded() {
  static Counter Inner;
  return Inner.next() + Added.next() * 10;
}
#endif
int first(int Which);
int second(int Which);
//--- first.cpp
#include "shared.h"
int first(int Which) {
  switch (Which) {
  case 0:
    return Shared.next();
  case 1:
    return nextStatic();
  case 2:
    return nextOf<int>();
  case 3:
    Holder::Text += "1";
    return int(Holder::Text.size());
  case 4:
    return ++Holder::Own;
#if VERSION >= 2
  case 5:
    return nextAdded();
#endif
  }
  return -1;
}
//--- second.cpp
#include "shared.h"
int second(int Which) {
  switch (Which) {
  case 0:
    return Shared.next();
  case 1:
    return nextStatic();
  case 2:
    return nextOf<int>();
  case 3:
    Holder::Text += "2";
    return int(Holder::Text.size());
  case 4:
    return ++Holder::Own;
#if VERSION >= 2
  case 5:
    return nextAdded();
#endif
  }
  return -1;
}
//--- main.cpp
#include "construct.h"
int Constructed;
int first(int Which);
int second(int Which);

int main() {
  CHECK(first(0) == 1 && second(0) == 2 && first(1) == 1 && second(1) == 2);
  CHECK(first(2) == 1 && second(2) == 2 && first(3) == 5 && second(3) == 6);
  CHECK(first(4) == 2 && second(4) == 3 && first(5) == -1);
  CHECK(Constructed == 3);
  reload(2);
  CHECK(first(0) == 4 && second(0) == 6 && first(1) == 4 && second(1) == 6);
  CHECK(first(2) == 4 && second(2) == 6 && first(3) == 7 && second(3) == 8);
  CHECK(first(4) == 4 && second(4) == 5);
  CHECK(Constructed == 4);
  CHECK(first(5) == 22 && second(5) == 44);
  CHECK(Constructed == 5);
  reload(3);
  CHECK(first(0) == 9 && second(1) == 9 && first(5) == 77);
  CHECK(Constructed == 5);
  return 0;
}
