// Statics of one name in several blocks of C functions: each keeps its value,
// also when another function gets some more.
// RUN: %{construct} %s %t --modes=host-O0,module-O2
#include "construct.h"

#define VERSION 1

#if VERSION >= 2
int more(int Which) {
  if (Which == 0) {
    static int Count = 1000;
    return ++Count;
  }
  if (Which == 1) {
    static int Count = 2000;
    return ++Count;
  }
  static int Count = 3000;
  return ++Count;
}
#endif

static int count(int Which) {
  switch (Which) {
  case 0: {
    static int Count = 10;
    return ++Count;
  }
  case 1: {
    static int Count = 20;
    return ++Count;
  }
  case 2: {
    static int Count = 30;
    return Count += 1;
  }
  default:
#if VERSION >= 2
    return more(Which - 3);
#else
    return -1;
#endif
  }
}

int main(void) {
  CHECK(count(0) == 11 && count(1) == 21 && count(2) == 31 && count(3) == -1);
  reload(2);
  CHECK(count(0) == 12 && count(1) == 22 && count(2) == 32);
  CHECK(count(3) == 1001 && count(4) == 2001 && count(5) == 3001);
  return 0;
}
