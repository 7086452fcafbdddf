// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Trampolines and the entries of removed functions.
#include "core/Stubs.h"
#include "Calls.h"

#include "core/Cells.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <immintrin.h>
#include <string>

using namespace hcr;

static int one(int X) { return X + 1; }
static int two(int X) { return X + 2; }

static std::string protectionOf(void *Address) {
  std::ifstream Maps("/proc/self/maps");
  for (std::string Line; std::getline(Maps, Line);) {
    unsigned long From, To;
    char Flags[5];
    sscanf(Line.c_str(), "%lx-%lx %4s", &From, &To, Flags);
    auto At = reinterpret_cast<unsigned long>(Address);
    if (At >= From && At < To)
      return Flags;
  }
  return "";
}

TEST(Trampolines, JumpToWhatTheCellHolds) {
  Trampolines T;
  Cell C;
  auto *F =
      reinterpret_cast<int (*)(int)>(T.make(reinterpret_cast<void *>(one), C));
  EXPECT_EQ(F(10), 11);
  storeCell(C, reinterpret_cast<void *>(two));
  EXPECT_EQ(F(10), 12);
}

TEST(Trampolines, CodeIsNotWritableAndDataNotExecutable) {
  Trampolines T;
  Cell C;
  void *Entry = T.make(reinterpret_cast<void *>(one), C);
  EXPECT_EQ(protectionOf(Entry), "r-xp");
  EXPECT_EQ(protectionOf(C), "rw-p");
}

TEST(Trampolines, BeginWithALandingPad) {
  Trampolines T;
  Cell C;
  void *Entry = T.make(reinterpret_cast<void *>(one), C);
  EXPECT_EQ(memcmp(Entry, "\xf3\x0f\x1e\xfa", 4), 0);
}

/// What -fsanitize=function does before a call through a pointer.
TEST(Trampolines, BytesInFrontCanBeRead) {
  Trampolines T;
  Cell C;
  for (int I = 0; I < 300; ++I) {
    volatile const char *Entry =
        static_cast<const char *>(T.make(reinterpret_cast<void *>(one), C));
    for (int Byte = -16; Byte < 0; ++Byte)
      (void)Entry[Byte];
  }
}

TEST(Trampolines, MoreThanOnePageOfThem) {
  Trampolines T;
  std::vector<std::pair<int (*)(int), Cell>> All;
  for (int I = 0; I < 700; ++I) {
    Cell C;
    void *Entry = T.make(reinterpret_cast<void *>(one), C);
    ASSERT_NE(Entry, nullptr);
    All.emplace_back(reinterpret_cast<int (*)(int)>(Entry), C);
  }
  for (size_t I = 0; I < All.size(); I += 2)
    storeCell(All[I].second, reinterpret_cast<void *>(two));
  for (size_t I = 0; I < All.size(); ++I)
    EXPECT_EQ(All[I].first(1), I % 2 ? 2 : 3);
}

static int Reports;
static void report(arch::NoticeCell *C, uintptr_t) {
  auto *Context = reinterpret_cast<uintptr_t *>(&C->Context);
  __atomic_fetch_or(Context, 1, __ATOMIC_ACQ_REL);
  ++Reports;
  // Every register that a call may change gets another value.
  volatile double X = 1.5;
  for (int I = 0; I < 20; ++I)
    X = X * 1.01 + I;
  asm volatile("xor %%ecx, %%ecx; xor %%edx, %%edx; xor %%esi, %%esi;"
               "xor %%edi, %%edi; xor %%r8d, %%r8d; xor %%r9d, %%r9d;"
               "xor %%r10d, %%r10d; xor %%eax, %%eax;"
               "pxor %%xmm0, %%xmm0; pxor %%xmm1, %%xmm1; pxor %%xmm2, %%xmm2;"
               "pxor %%xmm3, %%xmm3; pxor %%xmm4, %%xmm4; pxor %%xmm5, %%xmm5;"
               "pxor %%xmm6, %%xmm6; pxor %%xmm7, %%xmm7"
               :
               :
               : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "xmm0",
                 "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7");
}

template <class Function> static Function *removed(Notices &N, Function *Body) {
  arch::NoticeCell *Cell;
  static long Context;
  Reports = 0;
  return reinterpret_cast<Function *>(
      N.make(reinterpret_cast<void *>(Body), &Context, Cell));
}

static double many(int A, long B, double C, float D, char E, short F, long G,
                   int H, double I, double J, double K, double L, double M,
                   double N, double O) {
  return A + B * 2 + C * 3 + D * 4 + E * 5 + F * 6 + G * 7 + H * 8 + I * 9 +
         J * 10 + K * 11 + L * 12 + M * 13 + N * 14 + O * 15;
}

TEST(Notices, KeepEveryArgument) {
  Notices N(report);
  auto *F = removed(N, many);
  double Expected = many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  EXPECT_EQ(F(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), Expected);
  EXPECT_EQ(Reports, 1);
  EXPECT_EQ(F(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), Expected);
  EXPECT_EQ(Reports, 1) << "told once";
}

TEST(Notices, KeepVariadicArguments) {
  Notices N(report);
  auto *F = removed(N, sum);
  EXPECT_EQ(F(6, 1, 2.5, 3, 4.5, 5, 6.5), 22.5);
  EXPECT_EQ(Reports, 1);
}

struct Big {
  long Values[6];
};
static Big copy(Big B, long Add) {
  for (long &V : B.Values)
    V += Add;
  return B;
}

TEST(Notices, KeepStructsByValue) {
  Notices N(report);
  auto *F = removed(N, copy);
  Big B = F({{1, 2, 3, 4, 5, 6}}, 10);
  EXPECT_EQ(B.Values[0], 11);
  EXPECT_EQ(B.Values[5], 16);
}

#ifdef __x86_64__
/// Conventions that pass arguments in nearly every register. Of different
/// types, because templates do not tell conventions apart.
[[clang::preserve_none]] static long none(long A, long B, long C, long D,
                                          long E, long F, long G, long H,
                                          long I, long J, long K, long L) {
  return A + B * 2 + C * 3 + D * 4 + E * 5 + F * 6 + G * 7 + H * 8 + I * 9 +
         J * 10 + K * 11 + L * 12;
}
[[gnu::regcall]] static long inRegisters(int A, long B, long C, long D, long E,
                                         long F, long G, long H, long I, long J,
                                         long K, long L) {
  return A + B * 2 + C * 3 + D * 4 + E * 5 + F * 6 + G * 7 + H * 8 + I * 9 +
         J * 10 + K * 11 + L * 12;
}

/// In a frame of its own: Clang 19 keeps the frame of a function that has one
/// of variable size, as under a sanitizer, in a register that preserve_none
/// changes.
template <class Function>
[[gnu::noinline, clang::no_sanitize("address")]] static long
callWithMany(Function *F) {
  return F(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
}

TEST(Notices, KeepArgumentsOfOtherConventions) {
  Notices N(report);
  auto *None = removed(N, none);
  EXPECT_EQ(callWithMany(None), 650);
  EXPECT_EQ(Reports, 1);
  EXPECT_EQ(callWithMany(None), 650);
  auto *Registers = removed(N, inRegisters);
  EXPECT_EQ(callWithMany(Registers), 650);
  EXPECT_EQ(Reports, 1);
  EXPECT_EQ(callWithMany(Registers), 650);
}

[[gnu::target("avx")]] static void sumWide(__m256d A, __m256d B, double *Out) {
  _mm256_storeu_pd(Out, _mm256_add_pd(A, B));
}
[[gnu::target("avx")]] static void
callWide(void (*F)(__m256d, __m256d, double *), double *Out) {
  F(_mm256_set_pd(1, 2, 3, 4), _mm256_set_pd(10, 20, 30, 40), Out);
}

TEST(Notices, KeepWideVectors) {
  if (!__builtin_cpu_supports("avx"))
    return;
  Notices N(report);
  double Out[4] = {};
  callWide(removed(N, sumWide), Out);
  EXPECT_EQ(Out[0], 44);
  EXPECT_EQ(Out[3], 11);
}
#endif

TEST(Notices, MoreThanOnePageOfThem) {
  Notices N(report);
  for (int I = 0; I < 600; ++I) {
    auto *F = removed(N, I % 2 ? one : two);
    ASSERT_EQ(F(0), I % 2 ? 1 : 2);
  }
}

TEST(Notices, CodeIsNotWritable) {
  Notices N(report);
  EXPECT_EQ(protectionOf(reinterpret_cast<void *>(removed(N, one))), "r-xp");
}
