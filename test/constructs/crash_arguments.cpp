// The call that is made again has the arguments of the first one: in registers, on the stack (which the crashed body wrote to), structures by value, variadic ones, floating point, vectors, results through memory, `this`.
// RUN: %{construct} %s %t --modes=module-O0
// RUN: %{construct} %s %t.avx --modes=host-O2 -mavx2
// ENV: HCR_ROLLBACK=600000
//--- calls.h
#include <cstdarg>
typedef float Float4 __attribute__((vector_size(16)));
#ifdef __AVX2__
typedef double Wide __attribute__((vector_size(32)));
#else
typedef double Wide __attribute__((vector_size(16)));
#endif
struct Big {
  long Numbers[12];
};
struct Two {
  double A;
  long B;
};
// With a destructor, so that it is passed by its address.
struct Text {
  char Letters[16];
  Text(const char *From) { __builtin_strcpy(Letters, From); }
  Text(const Text &Other) { __builtin_strcpy(Letters, Other.Letters); }
  ~Text() { Letters[0] = 0; }
};
struct Base {
  int Number = 4;
  virtual long sound(int By);
  virtual ~Base() = default;
};
long many(int, long, short, char, long, long, long *, int, unsigned char, long);
double floats(double, float, int, double, double, double, double, double,
              double, double, float);
long byValue(Big, int, Big);
Two mixed(Two, Two, Two, Two, long);
Big result(Big, long);
double variadic(int Count, ...);
Float4 vectors(Float4, Wide, Float4, int);
long double extended(long double, int, long double);
Text text(Text, const Text &);
__attribute__((regcall)) long regcall(long, long, long, long, long, long, long,
                                      long, long, long, long, long);
__attribute__((preserve_none)) long preserveNone(long, long, long, long, long,
                                                 long, long, long, long, long,
                                                 long, long);
__attribute__((ms_abi)) double msAbi(int, double, long, float, double, int);
//--- main.cpp
#include "calls.h"
#include "construct.h"

static bool check(Base &B) {
  Big One, Other;
  for (int I = 0; I < 12; ++I) {
    One.Numbers[I] = I;
    Other.Numbers[I] = 100 * I;
  }
  long Count = 0;
  CHECK(many(1, 2, 3, 4, 5, 6, &Count, 8, 9, 10) == 146);
  CHECK(floats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) == 506.0);
  CHECK(byValue(One, 7, Other) == 66 + 7 + 6600);
  Two T = mixed({1, 2}, {3, 4}, {5, 6}, {7, 8}, 9);
  CHECK(T.A == 16.0 && T.B == 29);
  Big R = result(One, 3);
  CHECK(R.Numbers[0] == 0 && R.Numbers[11] == 33);
  CHECK(variadic(4, 1.5, 2, 2.5, 3) == 9.0);
  Float4 V = vectors(Float4{1, 2, 3, 4}, Wide{5, 6}, Float4{7, 8, 9, 10}, 2);
  CHECK(V[0] == 13 && V[1] == 16 && V[3] == 14);
  CHECK(extended(1.25L, 3, 2.5L) == 6.75L);
  CHECK(!__builtin_strcmp(text("ab", "cd").Letters, "abcd"));
  CHECK(regcall(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) == 650);
  CHECK(preserveNone(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) == 650);
  CHECK(msAbi(1, 2, 3, 4, 5, 6) == 91.0);
  CHECK(B.sound(3) == 12);
  return true;
}

int main() {
  Base *B = new Base();
  CHECK(check(*B));
  for (int Version = 2; Version < 15; ++Version) {
    reload(Version); // the first of them crashes, the others after it
    CHECK(check(*B));
    reported("\"rolled_back\"");
  }
  delete B;
  return 0;
}
//--- calls.cpp
#include "calls.h"
#define VERSION 1

// One after the other crashes in its new version, having spoilt what it can.
template <class... Arguments>
static inline void crashIn(int Which, Arguments &...A) {
  if (VERSION != Which)
    return;
  ((void)__builtin_memset((void *)&A, 0x55, sizeof(A)), ...);
  asm volatile("" : : : "memory");
  *(volatile int *)nullptr = 1;
}
#define CRASH(Which, ...)                                                      \
  if (VERSION == (Which))                                                      \
  crashIn(Which __VA_OPT__(, ) __VA_ARGS__)

long many(int A, long B, short C, char D, long E, long F, long *G, int H,
          unsigned char I, long J) {
  long Sum = A + 2 * B + 3 * C + 4 * D + 5 * E + 6 * F;
  ++*G;
  CRASH(2, A, B, C, D, E, F, H, I, J);
  return Sum + 8 * H + 9 * I - 10 * J + 10;
}
double floats(double A, float B, int C, double D, double E, double F, double G,
              double H, double I, double J, float K) {
  CRASH(3, A, B, C, D, E, F, G, H, I, J, K);
  return A + 2 * B + 3 * C + 4 * D + 5 * E + 6 * F + 7 * G + 8 * H + 9 * I +
         10 * J + 11 * K;
}
long byValue(Big A, int B, Big C) {
  long Sum = B;
  for (int I = 0; I < 12; ++I)
    Sum += A.Numbers[I] + C.Numbers[I];
  CRASH(4, A, B, C);
  return Sum;
}
Two mixed(Two A, Two B, Two C, Two D, long E) {
  Two R = {A.A + B.A + C.A + D.A, A.B + B.B + C.B + D.B + E};
  CRASH(5, A, B, C, D, E);
  return R;
}
Big result(Big A, long B) {
  Big R;
  for (int I = 0; I < 12; ++I)
    R.Numbers[I] = A.Numbers[I] * B;
  CRASH(6, A, B);
  return R;
}
double variadic(int Count, ...) {
  va_list List;
  va_start(List, Count);
  double Sum = 0;
  for (int I = 0; I < Count; I += 2) {
    Sum += va_arg(List, double);
    Sum += va_arg(List, int);
  }
  va_end(List);
  CRASH(7, Count);
  return Sum;
}
Float4 vectors(Float4 A, Wide B, Float4 C, int D) {
  CRASH(8, A, B, C, D);
  Float4 R = A + C;
  R[0] += (float)B[0];
  R[1] += (float)B[1];
  return R + Float4{0, 0, 0, 0} * (float)D;
}
long double extended(long double A, int B, long double C) {
  CRASH(9, A, B, C);
  return A + B + C;
}
Text text(Text A, const Text &B) {
  if (VERSION == 10)
    *(volatile int *)nullptr = 1; // its caller destroys A
  __builtin_strcpy(A.Letters + 2, B.Letters);
  return A;
}
__attribute__((regcall)) long regcall(long A, long B, long C, long D, long E,
                                      long F, long G, long H, long I, long J,
                                      long K, long L) {
  CRASH(11, A, B, C, D, E, F, G, H, I, J, K, L);
  return A + 2 * B + 3 * C + 4 * D + 5 * E + 6 * F + 7 * G + 8 * H + 9 * I +
         10 * J + 11 * K + 12 * L;
}
__attribute__((preserve_none)) long preserveNone(long A, long B, long C, long D,
                                                 long E, long F, long G, long H,
                                                 long I, long J, long K,
                                                 long L) {
  CRASH(12, A, B, C, D, E, F, G, H, I, J, K, L);
  return A + 2 * B + 3 * C + 4 * D + 5 * E + 6 * F + 7 * G + 8 * H + 9 * I +
         10 * J + 11 * K + 12 * L;
}
__attribute__((ms_abi)) double msAbi(int A, double B, long C, float D, double E,
                                     int F) {
  CRASH(13, A, B, C, D, E, F);
  return A + 2 * B + 3 * C + 4 * D + 5 * E + 6 * F;
}
long Base::sound(int By) {
  CRASH(14, By);
  return Number * By;
}
