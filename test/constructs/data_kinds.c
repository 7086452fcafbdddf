// Kinds of variables and types in C: each keeps its value, in the old place.
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.hidden --modes=host-O2 -fvisibility=hidden
// RUN: %{construct} %s %t.common --modes=host-O0 -fcommon
#include "construct.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define VERSION 1

#if __has_attribute(nonstring)
#define NONSTRING __attribute__((nonstring))
#else
#define NONSTRING
#endif

/* Tentative, also completed later. */
int Tentative;
int Tentative;
static int TentativeStatic;
static int TentativeStatic = 4;
extern int Unsized[];
int Unsized[3] = {1, 2, 3};

/* A flexible array member with an initial value is longer than its type. */
struct Flexible {
  short Count;
  int Items[];
};
static struct Flexible Flexible = {3, {5, 6, 7}};
struct Flexible Empty = {0};

struct Bits {
  unsigned A : 3, : 2, B : 7;
  signed C : 12;
  _Bool D : 1;
  unsigned long long Wide : 40;
};
static struct Bits Bits = {5, 100, -7, 1, 1ull << 39};

union Union {
  char Bytes[16];
  double Number;
  struct {
    int X, Y;
  };
};
union Union Union = {.Number = 1.5};
static union Union Unions[2] = {{.Bytes = "abc"}, {.X = 9, .Y = 8}};

/* GNU: of size 0. */
struct Nothing {};
struct Nothing Nothing;
static struct Nothing Nothings[2];
static int NoNumbers[0];

volatile int Volatile = 3;
static const volatile int ConstVolatile = 30;
int *restrict Restricted = Unsized;
static char NonString[4] NONSTRING = "abcd";
_Complex double Complex = 1.0;
static __int128 Long = (__int128)1 << 100;
static long double Extended = 1.25L;
static _Float16 Half = 1.5;
typedef int Vector __attribute__((vector_size(16)));
static Vector Vec = {1, 2, 3, 4};
enum Color { Red = VERSION, Green };
enum Color Color = Red;
int Renamed __asm__("another_name") = 12;
extern int Visible __attribute__((visibility("default")));
extern int Hidden __attribute__((visibility("hidden")));
extern int Protected __attribute__((visibility("protected")));
extern int Internal __attribute__((visibility("internal")));
int Visible = 1, Hidden = 2, Protected = 3, Internal = 4;

static int local(void) {
  static int Count = 70;
  int Outer = ++Count;
  {
    static int Count = 700;
    return Outer + ++Count;
  }
}
static inline int inlineLocal(void) {
  static int Count = 7;
  return Count += VERSION;
}

/* What each step leaves must be what the next one finds. */
void step(int N) {
  CHECK(Tentative == N && TentativeStatic == 4 + N);
  ++Tentative, ++TentativeStatic;
  CHECK(Unsized[1] == 2 + N && Restricted == Unsized);
  ++Restricted[1];
  CHECK(Flexible.Count == 3 && Flexible.Items[2] == 7 + N);
  ++Flexible.Items[2];
  CHECK(Empty.Count == N);
  ++Empty.Count;
  CHECK(Bits.A == 5 + N && Bits.B == 100 + N && Bits.C == -7 - N);
  CHECK(Bits.D == !(N & 1) && Bits.Wide == (1ull << 39) + N);
  ++Bits.A, ++Bits.B, --Bits.C, ++Bits.Wide, Bits.D = !Bits.D;
  CHECK(Union.Number == 1.5 + N && Unions[1].Y == 8 + N);
  CHECK(!strcmp(Unions[0].Bytes, N ? "xbc" : "abc"));
  ++Union.Number, ++Unions[1].Y, Unions[0].Bytes[0] = 'x';
  CHECK(Volatile == 3 + N && ConstVolatile == 30);
  ++Volatile;
  CHECK(!memcmp(NonString, N ? "abcZ" : "abcd", 4));
  NonString[3] = 'Z';
  CHECK(__real__ Complex == 1 + N && Long == ((__int128)1 << 100) + N);
  CHECK(Extended == 1.25L + N && (float)Half == 1.5f + N && Vec[3] == 4 + N);
  Complex += 1, ++Long, Extended += 1, Half += 1, ++Vec[3];
  CHECK(Color == 1 && Red == VERSION && Green == VERSION + 1);
  CHECK(Renamed == 12 + N);
  ++Renamed;
  CHECK(Visible == 1 + N && Hidden == 2 + N && Protected == 3 + N);
  CHECK(Internal == 4 + N);
  ++Visible, ++Hidden, ++Protected, ++Internal;
  CHECK((char *)&Nothings[1] - (char *)&Nothings[0] == 0);
  CHECK(local() == 71 + 701 + 2 * N);
  CHECK(inlineLocal() == (N == 0 ? 8 : N == 1 ? 10 : 13));
}

/* Pointers to parts of variables, held elsewhere. */
static struct {
  int *Tentative, *Item, *Renamed, *Protected;
  double *Number;
  void *Nothing, *NoNumbers;
  signed char *Byte;
} Kept;
int keep(void) {
  if (!Kept.Tentative) {
    Kept.Tentative = &Tentative;
    Kept.Item = &Flexible.Items[1];
    Kept.Renamed = &Renamed;
    Kept.Protected = &Protected;
    Kept.Number = &Union.Number;
    Kept.Nothing = &Nothing;
    Kept.NoNumbers = NoNumbers;
    Kept.Byte = (signed char *)&Unsized[2] + 1;
  }
  return Kept.Tentative == &Tentative && Kept.Item == &Flexible.Items[1] &&
         Kept.Renamed == &Renamed && Kept.Protected == &Protected &&
         Kept.Number == &Union.Number && Kept.Nothing == &Nothing &&
         Kept.NoNumbers == NoNumbers &&
         Kept.Byte == (signed char *)&Unsized[2] + 1;
}

int main(void) {
  step(0);
  CHECK(keep());
  reload(2);
  step(1);
  CHECK(keep());
  reported("initial value of Color changed; the variable keeps its value");
  reload(3);
  step(2);
  CHECK(keep());
  return 0;
}
