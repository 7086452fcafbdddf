// Variadic functions, those that take a va_list and those that are checked as
// printf is: called directly and through pointers kept since before.
// RUN: %{construct} %s %t
#include "construct.h"
#include <stdarg.h>
#include <string.h>

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

// A list handed on, copied, and walked further by the caller.
long take(int Count, va_list Arguments) {
  long Sum = 0;
  while (Count--)
    Sum += va_arg(Arguments, long);
  return Sum * VERSION;
}

long takeTwice(int Count, ...) {
  va_list Arguments, Again;
  va_start(Arguments, Count);
  va_copy(Again, Arguments);
  long Sum = take(Count, Arguments) + take(Count, Again);
  va_end(Again);
  va_end(Arguments);
  return Sum;
}

// The list of a frame that is in its old body while the new one reads it.
long reloadBetween(int Count, ...) {
  va_list Arguments;
  va_start(Arguments, Count);
  long First = va_arg(Arguments, long);
  reload(2);
  long Rest = take(Count - 1, Arguments);
  va_end(Arguments);
  return First * VERSION + Rest;
}

__attribute__((format(printf, 2, 3))) int print(char *Out, const char *Format,
                                                ...) {
  va_list Arguments;
  va_start(Arguments, Format);
  int Length = vsprintf(Out, Format, Arguments);
  va_end(Arguments);
  if (VERSION == 2)
    Out[Length++] = '!';
  Out[Length] = 0;
  return Length;
}

__attribute__((format(printf, 2, 0))) static int
printList(char *Out, const char *Format, va_list Arguments) {
  int Length = vsprintf(Out, Format, Arguments);
  return VERSION == 1 ? Length : -Length;
}

static int printThrough(char *Out, const char *Format, ...) {
  va_list Arguments;
  va_start(Arguments, Format);
  int Length = printList(Out, Format, Arguments);
  va_end(Arguments);
  return Length;
}

int main(void) {
  double (*Kept)(int, ...) = mean;
  int (*KeptPrint)(char *, const char *, ...) = print;
  char Text[64];
  CHECK(sum(3, 1, 2, 3) == 6);
  CHECK(Kept(4, 1.0, 2.0, 3.0, 6.0) == 4.0);
  CHECK(takeTwice(7, 1L, 2L, 3L, 4L, 5L, 6L, 7L) == 56);
  CHECK(print(Text, "%d %s %.1f", 7, "x", 2.5) == 7);
  CHECK(printThrough(Text, "%d-%ld", 7, 8L) == 3);
  CHECK(reloadBetween(9, 100L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L) == 100 + 2 * 36);
  CHECK(sum(3, 1, 2, 3) == 12);
  CHECK(Table[0](9, 1, 2, 3, 4, 5, 6, 7, 8, 9) == 90);
  CHECK(mean(4, 1.0, 2.0, 3.0, 6.0) == 5.0);
  CHECK(Kept(10, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0) == 3.0);
  CHECK(takeTwice(7, 1L, 2L, 3L, 4L, 5L, 6L, 7L) == 112);
  CHECK(KeptPrint(Text, "%d %s %.1f", 7, "x", 2.5) == 8);
  CHECK(!strcmp(Text, "7 x 2.5!"));
  CHECK(printThrough(Text, "%d-%ld", 7, 8L) == -3);
  return 0;
}
