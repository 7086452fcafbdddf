// A unity build: one file that includes others; edits of an included file reload it.
// RUN: %{construct} %s %t
//--- all.cpp
#include "parts/first.cpp"
#include "parts/second.cpp"
#include "construct.h"

int main() {
  int (*Kept)() = second;
  CHECK(first() == 10 && Kept() == 111);
  reload(2);
  CHECK(first() == 13 && Kept() == 215);
  reported("all.cpp");
  return 0;
}
//--- parts/first.cpp
#include "../version.h"
namespace {
int Count = 9; // kept
}
int first() { return Count += VERSION; }
//--- parts/second.cpp
#undef VERSION
#define VERSION 1
int second() { return first() + 100 * VERSION; }
//--- version.h
#pragma once
#define VERSION 1
