// In C++ `static` is part of a variable's mangled name if the file says nothing else:
// with it the variable is another one, which begins with its initial value.
// RUN: %{construct} %s %t
#include "construct.h"

#define VERSION 1

#if VERSION == 1
int Count = 5;
#else
static int Count = 5;
#endif

static int next() { return ++Count; }

int main() {
  CHECK(next() == 6 && next() == 7);
  reload(2);
  CHECK(next() == 6);
}
