// Other calling conventions: preserve_none, preserve_most, preserve_all,
// vectorcall, regcall, ms_abi, and tail calls that must be ones.
// RUN: %{construct} %s %t -Wno-psabi
// RUN: %{construct} %s %t.avx --modes=host-O2 -mavx2
//--- calls.h
typedef float Float4 __attribute__((vector_size(16)));
struct Big {
  long Numbers[4];
};
#define CALLS(CC)                                                              \
  CC long CC##Ints(long, int, long, int, long, int, long, int);                \
  CC double CC##Mixed(int, double, float, long, double, int, char);
#define STRUCTS(CC) CC struct Big CC##Struct(struct Big, int);
#define preserve_none __attribute__((preserve_none))
#define preserve_most __attribute__((preserve_most))
#define preserve_all __attribute__((preserve_all))
#define vectorcall __attribute__((vectorcall))
#define regcall __attribute__((regcall))
#define ms_abi __attribute__((ms_abi))
#define sysv_abi __attribute__((sysv_abi))
// Without preserve_none: plain clang 19 returns no structure under it.
#define EACH_OTHER(X)                                                          \
  X(preserve_most) X(vectorcall) X(regcall) X(ms_abi) X(sysv_abi)
#define EACH(X) X(preserve_none) EACH_OTHER(X)
EACH(CALLS)
EACH_OTHER(STRUCTS)
vectorcall Float4 vectors(Float4, Float4, Float4, Float4, Float4, Float4, int);
regcall long many(long, long, long, long, long, long, long, long, long, long,
                  long, long);
ms_abi long variadic(int, ...);
preserve_all void quiet(long *);
long countDown(long, long);
preserve_none long even(long, long, long, long, long, long);
preserve_none long odd(long, long, long, long, long, long);
preserve_none long tailMany(long, long, long, long, long, long, long, long,
                            long, long, long, long);
preserve_none long tailOut(long, long, long, long, long, long, long, long, long,
                           long, long, long);
//--- calls.c
#include "calls.h"
#define VERSION 1
#define DEFINE(CC)                                                             \
  CC long CC##Ints(long A, int B, long C, int D, long E, int F, long G,        \
                   int H) {                                                    \
    return A + 2 * B + 3 * C + 4 * D + 5 * E + 6 * F + 7 * G +                 \
           8 * H * VERSION;                                                    \
  }                                                                            \
  CC double CC##Mixed(int A, double B, float C, long D, double E, int F,       \
                      char G) {                                                \
    return A + 2 * B + 3 * C + 4 * D + 5 * E + 6 * F + 7 * G * VERSION;        \
  }
#define DEFINE_STRUCT(CC)                                                      \
  CC struct Big CC##Struct(struct Big V, int By) {                             \
    for (int I = 0; I < 4; ++I)                                                \
      V.Numbers[I] += By * VERSION;                                            \
    return V;                                                                  \
  }
EACH(DEFINE)
EACH_OTHER(DEFINE_STRUCT)
vectorcall Float4 vectors(Float4 A, Float4 B, Float4 C, Float4 D, Float4 E,
                          Float4 F, int G) {
  return A + B + C + D + E + F * (float)(G * VERSION);
}
regcall long many(long A, long B, long C, long D, long E, long F, long G,
                  long H, long I, long J, long K, long L) {
  return A + B + C + D + E + F + G + H + I + J + K + L * VERSION;
}
ms_abi long variadic(int Count, ...) {
  __builtin_ms_va_list List;
  __builtin_ms_va_start(List, Count);
  long Sum = 0;
  while (Count--)
    Sum += __builtin_va_arg(List, long);
  __builtin_ms_va_end(List);
  return Sum * VERSION;
}
preserve_all void quiet(long *Out) { *Out += VERSION; }

// A million frames, were they not tail calls.
static long down(long N, long Sum);
static long downAgain(long N, long Sum) {
  __attribute__((musttail)) return down(N, Sum + VERSION);
}
static long down(long N, long Sum) {
  if (!N)
    return Sum;
  __attribute__((musttail)) return downAgain(N - 1, Sum);
}
long countDown(long N, long Sum) {
  __attribute__((musttail)) return down(N, Sum);
}
preserve_none long even(long N, long A, long B, long C, long D, long E) {
  if (!N)
    return A + B + C + D + E;
  __attribute__((musttail)) return odd(N - 1, A + VERSION, B, C, D, E);
}
preserve_none long odd(long N, long A, long B, long C, long D, long E) {
  if (!N)
    return -1;
  __attribute__((musttail)) return even(N - 1, A, B, C, D, E + VERSION);
}
preserve_none static long last(long A, long B, long C, long D, long E, long F,
                               long G, long H, long I, long J, long K, long L) {
  return A + B + C + D + E + F + G + H + I + J + K + L * VERSION;
}
preserve_none long tailMany(long A, long B, long C, long D, long E, long F,
                            long G, long H, long I, long J, long K, long L) {
  __attribute__((musttail)) return last(B, A, C, D, E, F, G, H, I, J, K, L);
}
//--- main.c
#include "calls.h"
#include "construct.h"
#define KEEP(CC)                                                               \
  static CC long (*CC##Kept)(long, int, long, int, long, int, long, int) =     \
      CC##Ints;
#define KEEP_STRUCT(CC)                                                        \
  static CC struct Big (*volatile CC##KeptStruct)(struct Big, int) = CC##Struct;
EACH(KEEP)
EACH_OTHER(KEEP_STRUCT)
static long (*const Table[])(long, long) = {countDown};

static void use(int V) {
  struct Big B = {{1, 2, 3, 4}};
#define USE(CC)                                                                \
  CHECK(CC##Ints(1, 2, 3, 4, 5, 6, 7, 8) == 140 + 64 * V);                     \
  CHECK(CC##Mixed(1, 2, 3, 4, 5, 6, 7) == 91 + 49 * V);                        \
  CHECK(CC##Kept(1, 2, 3, 4, 5, 6, 7, 8) == 140 + 64 * V);
#define USE_STRUCT(CC)                                                         \
  CHECK(CC##Struct(B, 5).Numbers[3] == 4 + 5 * V);                             \
  CHECK(CC##KeptStruct(B, 5).Numbers[0] == 1 + 5 * V);
  EACH(USE)
  EACH_OTHER(USE_STRUCT)
  Float4 F = {1, 2, 3, 4};
  CHECK(vectors(F, F, F, F, F, F, 2)[3] == 20 + 8 * V);
  CHECK(many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) == 66 + 12 * V);
  CHECK(variadic(6, 1L, 2L, 3L, 4L, 5L, 6L) == 21 * V);
  long Out = 1;
  quiet(&Out);
  CHECK(Out == 1 + V);
  CHECK(countDown(1000000, 5) == 5 + 1000000L * V);
  CHECK(Table[0](1000000, 5) == 5 + 1000000L * V);
  CHECK(even(1000000, 1, 2, 3, 4, 5) == 15 + 1000000L * V);
  CHECK(tailOut(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) == 66 + 12 * V);
  CHECK(tailMany(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) == 66 + 12 * V);
}
preserve_none long tailOut(long A, long B, long C, long D, long E, long F,
                           long G, long H, long I, long J, long K, long L) {
  __attribute__((musttail)) return tailMany(B, A, C, D, E, F, G, H, I, J, K, L);
}
int main(void) {
  use(1);
  reload(2);
  use(2);
  return 0;
}
