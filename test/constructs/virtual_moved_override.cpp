// An override appears in and goes from a derived class, a pure function gets a body: old objects follow.
// RUN: %{construct} %s %t
//--- kinds.h
#pragma once
struct Base {
  virtual ~Base() = default;
  virtual int first() const { return 1; }
  virtual int second() const { return 2; }
  virtual int pure() const = 0;
};
Base *make();
int pureOfBase(const Base &B);
//--- kinds.cpp
#include "kinds.h"
#define VERSION 1

struct Derived : Base {
#if VERSION == 1
  int second() const override { return 20; }
#else
  int first() const override { return 10; }
#endif
  int pure() const override { return VERSION; }
};

#if VERSION >= 2
int Base::pure() const { return 77; }
#endif

int pureOfBase(const Base &B) {
#if VERSION >= 2
  return B.Base::pure();
#else
  return B.pure();
#endif
}
Base *make() { return new Derived; }
//--- main.cpp
#include "kinds.h"
#include "construct.h"

static int ask(const Base &B) {
  return B.first() * 10000 + B.second() * 100 + B.pure();
}

int main() {
  Base *Old = make();
  CHECK(ask(*Old) == 12001 && pureOfBase(*Old) == 1);
  reload(2);
  Base *New = make();
  CHECK(ask(*New) == 100202 && pureOfBase(*New) == 77);
  CHECK(ask(*Old) == 100202 && pureOfBase(*Old) == 77);
  return 0;
}
