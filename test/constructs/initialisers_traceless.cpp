// Initialisers whose code does not say whose they are: an object without
// members is not written to, what its initialiser writes to is something else.
// RUN: %{construct} %s %t
#include "construct.h"
#include <string>
#define VERSION 1

struct Empty {};
struct Made {
  Made();
};
static int Count = 0, Calls = 0, Last = 0;
static thread_local int ThreadCount = 0;
static int call() { return ++Calls; }
Made::Made() { Calls += 10; }
#if VERSION >= 3
int Plain = 7;
#endif
static std::string Trail;

static Empty First = (Count++, Empty{});
#if VERSION >= 2
static Empty Second = (Count += 100, Empty{});
static Made Third;
#endif
static int Number = call();
#if VERSION >= 2
static Empty Fourth = (Number = 50, Empty{});
__attribute__((init_priority(3000))) Empty Early = (Last = 1, Empty{});
static Empty Fifth = (Trail += "fifth", Empty{});
#endif
#if VERSION >= 3
static Empty Sixth = (Plain = 8, Empty{});
#endif
static int &Reference = (Last = 2, Number);
static thread_local Empty InThread = (ThreadCount += 1, Empty{});
#if VERSION >= 2
static thread_local Empty AlsoInThread = (ThreadCount += 100, Empty{});
#endif
static int threadCount() {
  (void)&InThread;
#if VERSION >= 2
  (void)&AlsoInThread;
#endif
  return ThreadCount;
}

static bool isRight(int Version) {
  switch (Version) {
  case 1:
    return Count == 1 && Calls == 1 && Number == 1 && Last == 2 &&
           Trail.empty();
  default: // what was new in 2 ran, what was there did not run again
    return Count == 101 && Calls == 11 && Number == 50 && Last == 1 &&
           Trail == "fifth";
  }
}
#if VERSION >= 3
static int plain() { return Plain; }
#else
static int plain() { return 8; }
#endif

int main() {
  CHECK(isRight(1));
  CHECK(threadCount() == 1);
  reload(2);
  CHECK(isRight(2));
  CHECK(threadCount() == 101);
  CHECK(&Reference == &Number);
  reload(3);
  CHECK(isRight(3));
  CHECK(plain() == 8);
}
