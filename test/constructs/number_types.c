// Vectors, __int128, _BitInt, complex, long double, _Float16 and _Atomic as
// parameters, results and variables.
// RUN: %{construct} %s %t -Wno-psabi
// RUN: %{construct} %s %t.avx --modes=host-O2 -mavx2
//--- numbers.h
#include <complex.h>
typedef int Int4 __attribute__((vector_size(16)));
typedef float Float8 __attribute__((vector_size(32)));
typedef char Char3 __attribute__((ext_vector_type(3)));
typedef double Double16 __attribute__((vector_size(128)));
typedef _BitInt(200) Bits;
struct Vectors {
  Int4 A;
  Float8 B;
};

Int4 int4(Int4, Int4);
Float8 float8(Float8);
Char3 char3(Char3);
Double16 double16(Double16, int);
struct Vectors vectors(struct Vectors);
__int128 wide(__int128, long, unsigned __int128);
Bits bits(Bits);
double complex multiply(double complex, float complex);
long double complex longer(long double complex);
long double precise(long double);
_Float16 half(_Float16);
_Bool truth(_Bool);
struct Two {
  int X[2];
};
int atomics(_Atomic int *, _Atomic(struct Two) *);
//--- numbers.c
#include "numbers.h"
#define VERSION 1
Int4 int4(Int4 A, Int4 B) { return A + B * VERSION; }
Float8 float8(Float8 A) { return A * VERSION; }
Char3 char3(Char3 A) { return A.zyx * (Char3)VERSION; }
Double16 double16(Double16 A, int At) {
  A[At] = VERSION;
  return A;
}
struct Vectors vectors(struct Vectors V) {
  return (struct Vectors){V.A * VERSION, V.B + VERSION};
}
__int128 wide(__int128 A, long B, unsigned __int128 C) {
  return (A + B) * VERSION + (__int128)(C >> 64);
}
Bits bits(Bits A) { return A * VERSION; }
double complex multiply(double complex A, float complex B) {
  return A * B * VERSION;
}
long double complex longer(long double complex A) { return A * VERSION; }
long double precise(long double A) { return A * VERSION; }
_Float16 half(_Float16 A) { return A * (_Float16)VERSION; }
_Bool truth(_Bool A) { return A == (VERSION == 1); }
int atomics(_Atomic int *Counter, _Atomic(struct Two) *Block) {
  struct Two Now = *Block;
  Now.X[1] += VERSION;
  *Block = Now;
  static _Atomic int Calls;
  return (*Counter += VERSION) * 100 + ++Calls;
}
//--- main.c
#include "construct.h"
#include "numbers.h"
static Int4 (*const Table[])(Int4, Int4) = {int4};
static _Atomic int Counter;
static _Atomic(struct Two) Block;
static _Atomic(int (*)(_Atomic int *, _Atomic(struct Two) *)) Kept = atomics;

static void use(int V) {
  CHECK(int4((Int4){1, 2, 3, 4}, (Int4){5, 6, 7, 8})[3] == 4 + 8 * V);
  CHECK(Table[0]((Int4){1, 2, 3, 4}, (Int4){5, 6, 7, 8})[0] == 1 + 5 * V);
  CHECK(float8((Float8){1, 2, 3, 4, 5, 6, 7, 8})[7] == 8 * V);
  CHECK(char3((Char3){1, 2, 3}).x == 3 * V);
  CHECK(double16((Double16){0, 1, 2}, 15)[15] == V);
  struct Vectors S = vectors((struct Vectors){{1, 2, 3, 4}, {5, 6, 7, 8}});
  CHECK(S.A[2] == 3 * V && S.B[3] == 8 + V && S.B[4] == V);
  CHECK(wide((__int128)1 << 80, 1, (unsigned __int128)9 << 64) ==
        (((__int128)1 << 80) + 1) * V + 9);
  CHECK(bits((Bits)1 << 150) == ((Bits)1 << 150) * V);
  CHECK(multiply(1 + 2 * I, 3 - 1 * I) == (5 + 5 * I) * V);
  CHECK(longer(1 + 2 * I) == (1 + 2 * I) * V);
  CHECK(precise(1.5L) == 1.5L * V);
  CHECK(half((_Float16)1.5) == (_Float16)(1.5 * V));
  CHECK(truth(1) == (V == 1));
}

int main(void) {
  use(1);
  CHECK(atomics(&Counter, &Block) == 101);
  reload(2);
  use(2);
  CHECK(atomics(&Counter, &Block) == 302);
  CHECK(Kept(&Counter, &Block) == 503);
  CHECK(((struct Two)Block).X[1] == 5);
  return 0;
}
