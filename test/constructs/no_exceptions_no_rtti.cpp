// Without exceptions and type information.
// RUN: %{construct} %s %t
// FLAGS: -fno-exceptions -fno-rtti
//--- part.h
#pragma once
struct Base {
  virtual ~Base() = default;
  virtual int answer() const = 0;
};
struct Inline : Base {
  int answer() const override;
};
Base *make(int Which);
//--- part.cpp
#include "part.h"
#define VERSION 1
struct Other : virtual Base {
  int answer() const override { return 20 * VERSION; }
};
int Inline::answer() const { return 10 * VERSION; }
Base *make(int Which) {
  if (Which)
    return new Other;
  return new Inline;
}
//--- main.cpp
#include "construct.h"
#include "part.h"
#include <any>
#include <functional>
#include <memory>
#include <string>
#define VERSION 1

static int counted() {
  static std::string Text = "a"; // its guard and destructor
  Text += std::string(VERSION, 'b');
  return int(Text.size());
}
static int fromAny(const std::any &A) {
  auto *N = std::any_cast<int>(&A);
  return N ? *N * VERSION : 0;
}
static std::function<int(int)> adder(int By) {
  return [By](int N) { return N + By * VERSION; };
}

int main() {
  std::unique_ptr<Base> First(make(0)), Second(make(1));
  std::shared_ptr<Base> Third(make(1));
  auto Add = adder(5);
  std::any Any = 7;
  CHECK(First->answer() == 10 && Second->answer() == 20 && counted() == 2);
  CHECK(Add(1) == 6 && fromAny(Any) == 7);
  reload(2);
  CHECK(First->answer() == 20 && Second->answer() == 40 && counted() == 4);
  CHECK(Third->answer() == 40 && Add(1) == 11 && fromAny(Any) == 14);
  return 0;
}
