// Variadic functions, called directly and through pointers kept since before.
// RUN: %{construct} %s %t
#include "construct.h"
#include <stdarg.h>

#define VERSION 1

static int sum(int Count, ...) {
  va_list Arguments;
  va_start(Arguments, Count);
  int Sum = 0;
  for (int I = 0; I < Count; ++I)
    Sum += va_arg(Arguments, int);
  va_end(Arguments);
  return Sum * VERSION;
}

double mean(int Count, ...) {
  va_list Arguments;
  va_start(Arguments, Count);
  double Sum = 0;
  for (int I = 0; I < Count; ++I)
    Sum += va_arg(Arguments, double);
  va_end(Arguments);
  return Sum / Count + VERSION;
}

static int (*const Table[])(int, ...) = {sum};

int main(void) {
  double (*Kept)(int, ...) = mean;
  CHECK(sum(3, 1, 2, 3) == 6);
  CHECK(Kept(4, 1.0, 2.0, 3.0, 6.0) == 4.0);
  reload(2);
  CHECK(sum(3, 1, 2, 3) == 12);
  CHECK(Table[0](9, 1, 2, 3, 4, 5, 6, 7, 8, 9) == 90);
  CHECK(mean(4, 1.0, 2.0, 3.0, 6.0) == 5.0);
  CHECK(Kept(10, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0) == 3.0);
  return 0;
}
