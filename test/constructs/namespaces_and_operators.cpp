// Namespaces, operators, literals, friends, conversions, defaults, local classes, static members, structured bindings.
// RUN: %{construct} %s %t
//--- words.h
#pragma once
namespace deep::er {
inline namespace v1 {
int inInline(int N);
}
namespace {
int Unnamed = 3; // one per file
}
int unnamedOfOther();
} // namespace deep::er
int defaulted(int A, int B = 10); // the default is the caller's
extern "C" int fromCxx(int N);
//--- other.cpp
#include "words.h"
#define VERSION 1
int deep::er::inInline(int N) { return N + VERSION; }
int deep::er::unnamedOfOther() { return Unnamed += VERSION; }
int defaulted(int A, int B) { return A * VERSION + B; }
extern "C" int fromCxx(int N) { return N * 2 * VERSION; }
//--- plain.c
#define VERSION 1
int fromCxx(int N);
static int Count; /* kept */
int fromC(int N) { return fromCxx(N) + VERSION + 1000 * ++Count; }
int (*pickC(void))(int) { return fromC; }
//--- main.cpp
#include "construct.h"
#include "words.h"
#include <compare>
#include <initializer_list>
#include <string>
#include <tuple>
#define VERSION 1

extern "C" int fromC(int N);
extern "C" int (*pickC(void))(int);

struct Money {
  long Cents;
  Money(long Cents = 0) : Cents(Cents) {}
  friend Money operator+(Money A, Money B) {
    return {A.Cents + B.Cents * VERSION};
  }
  Money &operator+=(Money Other) {
    Cents += Other.Cents + VERSION;
    return *this;
  }
  auto operator<=>(const Money &Other) const {
    return VERSION == 1 ? Cents <=> Other.Cents : Other.Cents <=> Cents;
  }
  bool operator==(const Money &) const = default;
  explicit operator bool() const { return Cents > VERSION; }
  explicit operator std::string() const { return std::to_string(Cents * VERSION); }
  int operator()(int A, int B) const { return A + B * VERSION; }
  long operator[](int N) const { return Cents * N + VERSION; }
  Money operator++(int) {
    Money Old = *this;
    Cents += VERSION;
    return Old;
  }
  const Money *operator->() const { return this; }
  static int rate() { return VERSION * 3; }
  friend int reveal(const Money &);
  template <std::size_t I> long get() const { return I ? VERSION : Cents; }

private:
  int Secret = 4;
};
int reveal(const Money &M) { return M.Secret + VERSION; }
template <> struct std::tuple_size<Money> : std::integral_constant<size_t, 2> {};
template <size_t I> struct std::tuple_element<I, Money> {
  using type = long;
};

static Money operator""_eur(unsigned long long N) {
  return {long(N) * 100 * VERSION};
}
static std::size_t operator""_length(const char *, std::size_t N) {
  return N + VERSION;
}

static int local(int N) {
  struct Adder {
    int By;
    static int twice(int N) { return N * 2 * VERSION; }
    int operator()(int N) const { return N + By * VERSION; }
  };
  static Adder Kept{N}; // one for ever
  return Kept(1) + Adder::twice(N) * 100;
}
static int sum(std::initializer_list<int> L) {
  int Sum = VERSION;
  for (int N : L)
    Sum += N;
  return Sum;
}
static int bound(const Money &M) {
  auto [Cents, Version] = M;
  struct Pair {
    int A, B = VERSION * 5;
  };
  auto &&[A, B] = Pair{.A = 1};
  return int(Cents) + int(Version) * 100 + A + B * 1000;
}
static long operators(Money M) {
  M += Money{1};
  Money Old = M++;
  return (M + Old).Cents + M[2] * 1000 + M->Cents * 100000;
}
static int own() { return deep::er::Unnamed++; }
static int withDefault() { return defaulted(3); }
static int compare() { return Money{1} < Money{2}; }

int main() {
  int (*KeptRate)() = Money::rate;
  int (*KeptC)(int) = pickC();
  CHECK(deep::er::inInline(1) == 2 && own() == 3 && own() == 4);
  CHECK(deep::er::unnamedOfOther() == 4 && withDefault() == 13);
  CHECK(fromC(1) == 1003 && KeptC(1) == 2003 && KeptRate() == 3);
  CHECK((3_eur).Cents == 300 && "four"_length == 5 && local(5) == 1006);
  CHECK(sum({1, 2}) == 4 && bound({7}) == 7 + 100 + 1 + 5000 && compare());
  CHECK(operators({10}) == 25 + 27000 + 1300000);
  reload(2);
  CHECK(deep::er::inInline(1) == 3 && own() == 5);
  CHECK(deep::er::unnamedOfOther() == 6 && withDefault() == 16);
  CHECK(fromC(1) == 3006 && KeptC(1) == 4006 && KeptRate() == 6);
  auto Again = +[] {
    CHECK((3_eur).Cents == 600 && "four"_length == 6 && local(9) == 3611);
    CHECK(bool(Money{2}) == false && std::string(Money{4}) == "8");
    CHECK(Money{}(1, 2) == 5 && reveal({}) == 6);
  };
  Again();
  CHECK(sum({1, 2}) == 5 && bound({7}) == 7 + 200 + 1 + 10000 && !compare());
  CHECK(operators({10}) == 15 + 26 + 32000 + 1500000);
  return 0;
}
