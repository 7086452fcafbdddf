// Two lambdas of one function and of equal captures change places: each takes the other's
// in objects made before. Functions with names keep theirs.
// RUN: %{construct} %s %t
#include "construct.h"
#include <functional>

#define VERSION 1

static int named(int X) { return X + 100; }

static void make(std::function<int(int)> &A, std::function<int(int)> &B) {
#if VERSION == 1
  A = [](int X) { return X + 1; };
  B = [](int X) { return X + 2; };
#else
  B = [](int X) { return X + 2; };
  A = [](int X) { return X + 1; };
#endif
}

int main() {
  std::function<int(int)> A, B, C = named;
  make(A, B);
  CHECK(A(0) == 1 && B(0) == 2 && C(0) == 100);
  reload(2);
  CHECK(A(0) == 2 && B(0) == 1 && C(0) == 100);
  make(A, B);
  CHECK(A(0) == 1 && B(0) == 2);
}
