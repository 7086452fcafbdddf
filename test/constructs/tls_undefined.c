// A thread-local that nobody defines is refused by name, one of a library is found.
// RUN: %{construct} %s %t
#include "construct.h"
#include <errno.h>

#define VERSION 1

extern __thread int Nowhere;

static int look(void) {
#if VERSION == 2
  return Nowhere;
#else
  errno = VERSION;
  return errno;
#endif
}

int main(void) {
  CHECK(look() == 1);
  refused(2, "needs 'Nowhere', which nobody defines");
  CHECK(look() == 1);
  reload(3);
  CHECK(look() == 3);
}
