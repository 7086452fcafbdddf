// Templates of all kinds: implicit, explicit, extern, variadic, members, specialisations, variables, concepts, if constexpr.
// RUN: %{construct} %s %t
//--- box.h
#pragma once
#include <concepts>
#include <cstddef>
#define VERSION 1

// A change in this header reaches every module that uses it.
template <typename T> struct Box {
  T Value;
  static inline int Made = 0; // one for each T, kept
  explicit Box(T Value) : Value(Value) { ++Made; }
  T get() const { return Value * VERSION; }
  template <typename U> U as(U Add) const { return U(Value) + Add * VERSION; }
  struct Inner {
    int answer() const { return VERSION * 3; }
  };
};

// Instantiated explicitly in box.cpp; others only call it.
template <typename T> T twice(T Value) { return Value * 2 + VERSION; }
extern template int twice<int>(int);
extern template struct Box<long>;

template <typename... Ts> int sum(Ts... Values) {
  return (int(Values) + ... + VERSION);
}

template <typename T> int special(T) { return VERSION; }
#if VERSION >= 2
template <> inline int special(char) { return 1000 + VERSION; }
#endif

template <typename T> constexpr int Factor = int(sizeof(T)) * VERSION;
template <> inline constexpr int Factor<char> = 50 + VERSION;
template <typename T> int Counter = 5; // mutable, kept

template <typename T> concept Small = sizeof(T) <= 2 * VERSION;
template <typename T> int sized(T) { return 1; }
template <Small T> int sized(T) { return 2; }

template <typename T> int kind(T Value) {
  if constexpr (VERSION >= 2 && std::integral<T>)
    return 200 + int(Value);
  else
    return 100;
}

template <template <typename> class Outer, typename T, std::size_t N>
int nested() {
  static int Calls = 0; // kept
  return int(N) * 10 * VERSION + Outer<T>(T(1)).get() + ++Calls * 1000;
}

struct Maker {
  template <typename T> static auto make(T Value) { return Box<T>(Value); }
  template <typename T> operator Box<T>() const { return Box<T>(T(VERSION)); }
};

consteval int atCompileTime(int N) { return N * VERSION; }
constexpr int either(int N) { return N + VERSION; }
constinit inline int Started = either(40); // kept

int other();
int otherOwn();
//--- box.cpp
#include "box.h"

template int twice<int>(int);
template struct Box<long>;

int other() { return Box<int>(4).get() + sum(1, 2L) + special('x'); }
//--- main.cpp
#include "box.h"
#include "construct.h"

static int (*KeptSum)(int, int) = sum<int, int>;
static int (Box<int>::*KeptMember)() const = &Box<int>::get;

static int all() {
  int Result = 0;
  Result += Box<int>(3).get();               // 3V
  Result += Box<int>(3).as<int>(2);          // 3+2V
  Result += Box<int>::Inner().answer();      // 3V
  Result += twice(10);                       // 20+V
  Result += int(Box<long>(2).get());         // 2V
  Result += sum(1, 'a' - 'a', 2.0, 3L);      // 6+V
  return Result;
}

static int rest() {
  return Factor<int> + Factor<char> * 100 + atCompileTime(3) * 100000;
}

static int made(const Maker &M) {
  Box<short> B = M;
  return B.get() + Maker::make(5).get() * 100;
}

int main() {
  Box<int> Old(9);
  CHECK(all() == 3 + 5 + 3 + 21 + 2 + 7);
  CHECK(other() == 4 + 4 + 1);
  CHECK(rest() == 4 + 5100 + 300000);
  CHECK(sized(1) == 1 && kind(1) == 100);
  CHECK(KeptSum(1, 2) == 4 && (Old.*KeptMember)() == 9);
  CHECK((nested<Box, int, 3>() == 1031));
  CHECK(made(Maker()) == 501);
  int Made = Box<int>::Made;
  Counter<int> = 77;
  Started += 1;
  auto Sized = +[](int N) { return sized(N); };
  auto Kind = +[](int N) { return kind(N); };
  auto Nested = +[] { return nested<Box, int, 3>(); };
  auto Get = +[](const Box<int> &B) { return B.get(); };
  auto Number = +[] { return Counter<int> * 1000 + Started; };
  reload(2);
  CHECK(all() == 6 + 7 + 6 + 22 + 4 + 8);
  CHECK(other() == 8 + 5 + 1002);
  CHECK(rest() == 8 + 5200 + 600000);
  CHECK(Sized(1) == 2 && Kind(1) == 201);
  CHECK(KeptSum(1, 2) == 5 && (Old.*KeptMember)() == 18 && Get(Old) == 18);
  CHECK(Nested() == 2062);
  CHECK(made(Maker()) == 1004);
  CHECK(Number() == 77042);
  CHECK(Box<int>::Made > Made);
  return 0;
}
