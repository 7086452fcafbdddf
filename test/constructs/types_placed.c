// A variable whose address the linked program has in a constant, or uses directly, cannot move, so its layout cannot change.
// RUN: %{construct} %s %t --modes=host-O0,host-O2
// In the module binding the runtime fills in the addresses in data, and finds them there.
#include "construct.h"
#include <hcr/hcr.h>

#define VERSION 1

struct World {
#if VERSION == 2
  int New;
#endif
  int Value;
};
struct Direct {
#if VERSION == 3
  int New;
#endif
  int Value;
};
static struct World World = {.Value = 3};
static struct World *const Fixed[] = {&World, 0};
HCR_NONRELOADABLE struct Direct Direct = {.Value = 4};

static int get(int Which) { return Fixed[Which]->Value + Direct.Value; }

int main(void) {
  CHECK(get(0) == 7);
  refused(2, "its value cannot be kept: constants or direct code of ");
  CHECK(get(0) == 7);
  refused(3, "its value cannot be kept: constants or direct code of ");
  CHECK(get(0) == 7);
  reload(4);
  CHECK(get(0) == 7);
}
