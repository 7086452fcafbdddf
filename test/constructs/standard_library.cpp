// What the standard library keeps of the program: deleters, any, variant, facets, comparators, streams, atexit.
// RUN: %{construct} %s %t
// EXPECT: 42
//--- main.cpp
#include "construct.h"
#include <algorithm>
#include <any>
#include <charconv>
#include <chrono>
#include <cstring>
#include <iostream>
#include <list>
#include <locale>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>
#define VERSION 1

static int Dropped = 0;
struct Drop {
  int By;
  void operator()(int *P) const {
    Dropped += By * VERSION;
    delete P;
  }
};
struct Made {
  int Value = 3;
  Made() = default;
  Made(const Made &Other) : Value(Other.Value + VERSION * 10) {}
  ~Made() { Dropped += 100 * VERSION; }
};

struct Key {
  int N;
  bool operator<(const Key &Other) const { return N < Other.N; }
  bool operator==(const Key &) const = default;
};
template <> struct std::hash<Key> {
  size_t operator()(const Key &K) const { return size_t(K.N) * 7; }
};
struct Far { // a comparator
  bool operator()(int A, int B) const {
    return VERSION == 1 ? A < B : std::abs(A - 10) < std::abs(B - 10);
  }
};

using Value = std::variant<int, std::string, std::vector<int>>;
template <class... Ts> struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts> Overloaded(Ts...) -> Overloaded<Ts...>;
static int visit(const Value &V) {
  return std::visit(
      Overloaded{[](int N) { return N * VERSION; },
                 [](const std::string &S) { return int(S.size()) * VERSION; },
                 [](const std::vector<int> &V) {
                   return std::accumulate(V.begin(), V.end(), VERSION);
                 }},
      V);
}

struct Comma : std::numpunct<char> {
  char do_decimal_point() const override { return VERSION == 1 ? ',' : ';'; }
};
struct Upper : std::streambuf { // called by the library through its vtable
  std::string Text;
  int overflow(int C) override {
    Text += char(VERSION == 1 ? C : std::toupper(C));
    return C;
  }
};
static std::ostream &operator<<(std::ostream &Out, const Key &K) {
  return Out << '<' << K.N * VERSION << '>';
}

static void release(std::unique_ptr<int, Drop> &P) { P.reset(); }
static std::any makeAny() { return Made(); }
static int fromAny(const std::any &A) {
  const Made *M = std::any_cast<Made>(&A);
  return M ? M->Value * VERSION : -1;
}
static std::string print(double D, const std::locale &L) {
  std::ostringstream Out;
  Out.imbue(L);
  Out << D << ' ' << Key{4};
  return Out.str();
}
// Asked for itself: streams keep what a facet said when they used it first.
static char point(const std::locale &L) {
  return std::use_facet<std::numpunct<char>>(L).decimal_point();
}
static int ranges(const std::vector<int> &V) {
  int Sum = 0;
  for (int N : V | std::views::filter([](int N) { return N % 2 == VERSION % 2; }) |
                   std::views::transform([](int N) { return N * VERSION; }))
    Sum += N;
  return Sum;
}
static int many() {
  auto [A, B] = std::tuple(VERSION, std::string(3, 'x'));
  std::list<int> L{5, 3, 4};
  L.sort([](int X, int Y) { return VERSION == 1 ? X < Y : X > Y; });
  char Digits[16];
  auto End = std::to_chars(Digits, Digits + 16, L.front() * 100).ptr;
  std::optional<int> O;
  if (VERSION >= 2)
    O = 1000;
  return A + int(B.size()) + int(End - Digits) + Digits[0] + O.value_or(0);
}

static bool Ended = false;
static void atEnd() { Ended = VERSION == 2; }
static void verify() { _Exit(Ended ? 42 : 1); }
static const int Printed = (std::cout << "started\n" << std::flush, 1);

int main() {
  std::atexit(verify);
  std::atexit(atEnd);
  std::cout << std::hex << 255 << std::endl;
  auto Shared = std::shared_ptr<int>(new int(1), Drop{1});
  std::unique_ptr<int, Drop> Unique(new int(2), Drop{5});
  auto Joint = std::make_shared<Made>();
  std::weak_ptr<Made> Weak = Joint;
  std::any Any = makeAny();
  std::vector<Value> Values{5, "text", std::vector{1, 2}};
  std::locale Locale(std::locale::classic(), new Comma);
  std::set<int> Kept{7, 8};
  std::map<Key, std::string> Map{{{2}, "b"}, {{1}, "a"}};
  std::unordered_map<Key, int> Hashed{{{1}, 10}};
  Upper Buffer;
  std::ostream Stream(&Buffer);
  Stream << "abc";
  Dropped = 0;
  CHECK(visit(Values[0]) == 5 && visit(Values[1]) == 4 && visit(Values[2]) == 4);
  CHECK(print(1.5, Locale) == "1,5 <4>" && fromAny(Any) == 13);
  CHECK(ranges({1, 2, 3}) == 4 && many() == 1 + 3 + 3 + '3');
  reload(2);
  CHECK(visit(Values[0]) == 10 && visit(Values[1]) == 8 && visit(Values[2]) == 5);
  CHECK(print(1.5, Locale) == "1,5 <8>" && point(Locale) == ';');
  Stream << "def" << std::flush;
  CHECK(Buffer.Text == "abcDEF");
  Dropped = 0;
  CHECK(fromAny(Any) == 26);
  Shared.reset();
  release(Unique);
  CHECK(Dropped == 12);
  Joint.reset();
  CHECK(Dropped == 212 && Weak.expired());
  auto Copy = +[](std::any A) { return fromAny(A); };
  CHECK(Copy(Any) == 66);
  CHECK(Dropped == 412);
  Any.reset();
  CHECK(Dropped == 612);
  auto Numbers = +[](std::initializer_list<int> L) {
    std::multiset<int, Far> S(L);
    return *S.begin();
  };
  CHECK(Numbers({1, 2, 9, 30}) == 9);
  CHECK(ranges({1, 2, 3, 4}) == 12 && many() == 2 + 3 + 3 + '5' + 1000);
  CHECK(Map[Key{1}] == "a" && Map.size() == 2 && Hashed.at(Key{1}) == 10);
  // std::cout was not made anew.
  CHECK(std::cout.flags() & std::ios::hex);
  std::cout << 255 << std::endl;
  return 0; // atEnd(), then verify()
}
