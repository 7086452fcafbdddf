// An initialiser whose functions do something else, itself unchanged, is not a changed
// one: the variable keeps its value and the report is silent.
// RUN: %{construct} %s %t
#include "construct.h"

#define VERSION 1

static int compute() { return 10 * VERSION; }
static int Value = compute();

static int look() { return Value + VERSION; }

int main() {
  CHECK(look() == 11);
  reload(2);
  CHECK(look() == 12);
  notReported("initial value of");
}
