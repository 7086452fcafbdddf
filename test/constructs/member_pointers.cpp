// Pointers to members kept before the edit: data, functions, virtual ones, through bases with offsets.
// RUN: %{construct} %s %t
//--- part.h
#pragma once
struct First {
  int A = 1;
  virtual ~First() = default;
  virtual int one(int N) { return N + 1; }
};
struct Second {
  int B = 2;
  virtual ~Second() = default;
  virtual int two(int N) const { return N + 2; }
  int plain(int N) const;
};
struct Both : First, Second {
  int C = 3;
  int one(int N) override;
  int two(int N) const override;
  static int fixed(int N);
  int own(int N) noexcept { return N * C; }
};
using Call = int (Both::*)(int) const;
Call pick(int Which);
//--- part.cpp
#include "part.h"
#define VERSION 1

int Second::plain(int N) const { return N * B * VERSION; }
int Both::one(int N) { return N + 10 * VERSION; }
int Both::two(int N) const { return N + 20 * VERSION; }
int Both::fixed(int N) { return N - VERSION; }
Call pick(int Which) {
  if (VERSION >= 2 && Which == 0)
    return &Both::two;
  return Which ? Call(&Second::two) : Call(&Second::plain);
}
//--- main.cpp
#include "part.h"
#include "construct.h"
#include <functional>

struct Kept {
  int Both::*Data = &Both::B;
  int (Both::*One)(int) = &Both::one;
  int (First::*FirstOne)(int) = &First::one;
  int (Second::*Two)(int) const = &Second::two;
  Call Plain = pick(0);
  int (*Static)(int) = Both::fixed;
  int (Both::*Own)(int) = &Both::own;
  std::function<int(Both &, int)> Function = std::mem_fn(&Both::one);
};
static Kept K;
static int (Both::*const Table[])(int) const = {&Both::two, &Both::plain};

static int call(Both &B, const Kept &K, int N) {
  return (B.*K.One)(N) + (B.*K.FirstOne)(N) * 100 + (B.*K.Two)(N) * 10000;
}

int main() {
  Both B;
  CHECK(B.*K.Data == 2 && call(B, K, 0) == 10 + 1000 + 200000);
  CHECK((B.*K.Plain)(3) == 6 && K.Static(5) == 4 && (B.*K.Own)(4) == 12);
  CHECK(K.Function(B, 1) == 11 && K.Plain == pick(0));
  reload(2);
  CHECK(B.*K.Data == 2 && call(B, K, 0) == 20 + 2000 + 400000);
  CHECK((B.*K.Plain)(3) == 12 && K.Static(5) == 3 && (B.*K.Own)(4) == 12);
  CHECK(K.Function(B, 1) == 21 && K.Plain == Call(&Second::plain));
  CHECK((B.*Table[0])(0) == 40 && (B.*Table[1])(1) == 4);
  K.Plain = pick(0);
  CHECK((B.*K.Plain)(0) == 40 && K.Plain == Call(&Both::two));
  CHECK(pick(1) == Call(&Second::two));
  return 0;
}
