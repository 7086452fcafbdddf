// What cannot be kept without loss is refused by the member's name, and nothing changes; the next good edit loads.
// Two modes, because the library's headers take their time.
// RUN: %{construct} %s %t --modes=host-O2,module-O0
//--- main.cpp
#include "construct.h"
#include "use.h"

int main() {
  set();
  refused(2, "'Number' of type long does not fit into int without loss");
  refused(3, "'Number' of type long does not fit into unsigned long without loss");
  refused(4, "'In.Real' of type double does not fit into float without loss");
  refused(5, "'List' has 4 elements, of which only 3 would be left");
  refused(6, "'Text' of type std::basic_string<char> cannot be copied byte by byte");
  refused(7, "'Either' is a union, whose member 'F' changed");
  refused(8, "its new members get their values by code");
  refused(9, "it of type Virtual cannot be copied byte by byte");
  refused(10, "'In' of type Inner cannot become one of type double");
  reload(11);
  CHECK(isSet());
}
//--- use.h
void set();
bool isSet();
//--- use.cpp
#include "use.h"
#include <string>
#define VERSION 1
#if VERSION == 2
using Number = int;
#elif VERSION == 3
using Number = unsigned long;
#else
using Number = long;
#endif
struct Inner {
#if VERSION == 4
  float Real = 1;
#else
  double Real = 1;
#endif
};
struct Used {
  Number Number = 1;
#if VERSION == 10
  double In = 1;
#else
  Inner In;
#endif
#if VERSION == 5
  short List[3] = {};
#else
  short List[4] = {};
#endif
  union {
    int I;
#if VERSION == 7
    double F;
#else
    float F;
#endif
  } Either = {1};
#if VERSION == 11
  int New = 2;
#endif
};
#if VERSION == 6
struct Named {
  int Before;
  std::string Text;
};
#else
struct Named {
  std::string Text;
};
#endif
#if VERSION == 8
int made();
#endif
struct Made {
  Made();
  int First;
#if VERSION == 8
  int Second = made();
#endif
};
struct Virtual {
  virtual int get() { return Value; }
  int Value = 3;
#if VERSION == 9
  int More = 4;
#endif
};
#if VERSION == 8
int made() { return 5; }
#endif
Made::Made() : First(1) {}
Used Used;
static Named Named;
Made Made;
Virtual Virtual;
void set() {
  Used.Number = 10;
#if VERSION != 10
  Used.In.Real = 0.5;
#endif
  Used.List[VERSION == 5 ? 2 : 3] = 7;
  Used.Either.F = 1.5f;
  Named.Text = "text";
  Made.First = 8;
  Virtual.Value = 9;
}
#if VERSION == 10
bool isSet() { return false; }
#else
bool isSet() {
  return Used.Number == 10 && Used.In.Real == 0.5 && Used.List[VERSION == 5 ? 2 : 3] == 7 && Used.Either.F == 1.5f && Named.Text == "text" &&
         Made.First == 8 && Virtual.get() == 9;
}
#endif
