// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Entry thunks: what they note, that they change nothing, and that a call can
// be made again.
#include "Calls.h"
#include "core/Rollback.h"
#include "core/Stubs.h"

#include <cstring>
#include <gtest/gtest.h>
#include <immintrin.h>
#include <thread>

using namespace hcr;

namespace {

class CallRecords : public testing::Test {
public:
  CallRecords() { prepareThread(); }

  template <class Function>
  Function *thunk(Function *Body, Function *Old = nullptr) {
    void *Entry = Made.make(Cell);
    Cell->Body = reinterpret_cast<void *>(Body);
    arch::setOld(*Cell, reinterpret_cast<void *>(Old), true);
    return reinterpret_cast<Function *>(Entry);
  }
  static arch::CallRecord &last() { return arch::HcrArchRecords->Top[-1]; }
  static size_t count() {
    return static_cast<size_t>(arch::HcrArchRecords->Top -
                               arch::HcrArchRecords->Begin);
  }

  Thunks Made;
  arch::ThunkCell *Cell = nullptr;
};

struct Big {
  long Values[6];
};

} // namespace

static double many(int A, long B, double C, float D, char E, short F, long G,
                   int H, double I, double J, double K, double L, double M,
                   double N, double O, Big P) {
  return A + B * 2 + C * 3 + D * 4 + E * 5 + F * 6 + G * 7 + H * 8 + I * 9 +
         J * 10 + K * 11 + L * 12 + M * 13 + N * 14 + O * 15 +
         static_cast<double>(P.Values[5]);
}

TEST_F(CallRecords, ChangeNothing) {
  Big B = {{1, 2, 3, 4, 5, 6}};
  EXPECT_EQ(thunk(many)(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, B),
            many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, B));
  EXPECT_EQ(thunk(sum)(6, 1, 2.5, 3, 4.5, 5, 6.5), 22.5);
}

static arch::CallRecord Seen;
static long look(long A, long B, double) {
  Seen = arch::HcrArchRecords->Top[-1];
  return A + B;
}

TEST_F(CallRecords, NoteTheCall) {
  EXPECT_EQ(thunk(look)(1000, 2000, 2.5), 3000);
  EXPECT_EQ(Seen.Body, reinterpret_cast<void *>(look));
  EXPECT_EQ(Seen.Cell, Cell);
  EXPECT_EQ(Seen.IsWhole, 1u);
  EXPECT_EQ(Seen.Stack % 16, 8u);
  EXPECT_EQ(Seen.Integers[6], 1000u); // rdi
  EXPECT_EQ(Seen.Integers[5], 2000u); // rsi
  double First;
  memcpy(&First, Seen.Vectors[0], sizeof(First));
  EXPECT_EQ(First, 2.5);
}

static int one(int X) { return X + 1; }

TEST_F(CallRecords, DropThoseThatReturned) {
  auto *F = thunk(one);
  F(0);
  size_t Before = count();
  for (int I = 0; I < 1000; ++I)
    F(I);
  EXPECT_EQ(count(), Before);
}

static int (*Deeper)(int);
static int deep(int Left) { return Left ? Deeper(Left - 1) + 1 : 0; }

TEST_F(CallRecords, KeepTheOutermostWhenTheyAreFull) {
  Deeper = thunk(deep);
  EXPECT_EQ(Deeper(5000), 5000);
  EXPECT_EQ(arch::HcrArchRecords->Top, arch::HcrArchRecords->End);
  EXPECT_EQ(arch::HcrArchRecords->Begin->Integers[6], 5000u);
  std::thread([] {
    EXPECT_EQ(Deeper(3), 3); // a thread has its own
    EXPECT_EQ(count(), 4u);
  }).join();
}

// A sanitizer would take the frames that are left for ones that are active.
#ifndef HCR_TEST_SANITIZED
[[noreturn]] static void callAgain(void *Target) {
  arch::CallRecord &R = arch::HcrArchRecords->Top[-1];
  R.Target = Target;
  asm volatile("movq %0, %%rsp\n\tmovq %1, %%rdi\n\tjmpq *%2"
               :
               : "a"(R.Stack), "c"(&R), "d"(arch::hcrArchCallAgain)
               : "memory");
  __builtin_unreachable();
}

static double crash(int A, long B, double C, float D, char E, short F, long G,
                    int H, double I, double J, double K, double L, double M,
                    double N, double O, Big P) {
  // What a body may do to its arguments on the stack.
  memset(&P, 0x55, sizeof(P));
  G = H = 0;
  N = O = 0;
  asm volatile("" : : "m"(P), "m"(G), "m"(H), "m"(N), "m"(O) : "memory");
  (void)A, (void)B, (void)C, (void)D, (void)E, (void)F, (void)I, (void)J;
  (void)K, (void)L, (void)M;
  asm volatile("fld1; fld1; xorl %%ebx, %%ebx; xorl %%r12d, %%r12d"
               :
               :
               : "rbx", "r12", "st", "st(1)");
  callAgain(reinterpret_cast<void *>(many));
}

TEST_F(CallRecords, CanBeMadeAgain) {
  Big B = {{1, 2, 3, 4, 5, 6}};
  EXPECT_EQ(thunk(crash)(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, B),
            many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, B));
  long double X = 2.5L; // the x87 stack is empty
  EXPECT_EQ(X * 2, 5.0L);
}

[[gnu::target("avx")]] static void sumWide(__m256d A, __m256d B, double *Out) {
  _mm256_storeu_pd(Out, _mm256_add_pd(A, B));
}
[[gnu::target("avx")]] static void crashWide(__m256d, __m256d, double *) {
  _mm256_zeroall();
  callAgain(reinterpret_cast<void *>(sumWide));
}
[[gnu::target("avx")]] static void
callWide(void (*F)(__m256d, __m256d, double *), double *Out) {
  F(_mm256_set_pd(1, 2, 3, 4), _mm256_set_pd(10, 20, 30, 40), Out);
}

TEST_F(CallRecords, HoldWideVectors) {
  if (!__builtin_cpu_supports("avx"))
    return;
  double Out[4] = {};
  callWide(thunk(crashWide), Out);
  EXPECT_EQ(Out[0], 44);
  EXPECT_EQ(Out[3], 11);
}
#endif
