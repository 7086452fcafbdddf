// What a program adds to namespace std, defined out of line: specialisations and overloads.
// RUN: %{construct} %s %t
//--- key.h
#pragma once
#include <functional>
#include <iosfwd>
#include <string>

struct Key {
  int N;
  bool operator==(const Key &Other) const { return N == Other.N; }
};
namespace {
struct Inner {
  int N;
};
} // namespace
namespace std {
template <> struct hash<Key> {
  size_t operator()(const Key &K) const;
};
template <> struct less<Key> {
  bool operator()(const Key &A, const Key &B) const;
  static int Asked; // kept
};
void swap(Key &A, Key &B);
string to_string(const Key &K);
ostream &operator<<(ostream &Out, const Key &K);
} // namespace std
int asked();
//--- key.cpp
#include "key.h"
#include <ostream>
#define VERSION 1

namespace std {
size_t hash<Key>::operator()(const Key &K) const { return K.N * 3 * VERSION; }
int less<Key>::Asked = 0;
bool less<Key>::operator()(const Key &A, const Key &B) const {
  ++Asked;
  return VERSION == 1 ? A.N < B.N : A.N > B.N;
}
void swap(Key &A, Key &B) {
  int N = A.N;
  A.N = B.N * VERSION;
  B.N = N * VERSION;
}
string to_string(const Key &K) { return "key " + to_string(K.N * VERSION); }
ostream &operator<<(ostream &Out, const Key &K) { return Out << to_string(K); }
template <> struct hash<Inner> {
  size_t operator()(const Inner &I) const;
};
size_t hash<Inner>::operator()(const Inner &I) const { return I.N * VERSION; }
} // namespace std

static size_t (std::hash<Inner>::*Kept)(const Inner &) const =
    &std::hash<Inner>::operator();
int asked() {
  return std::less<Key>::Asked * 100 +
         int((std::hash<Inner>().*Kept)(Inner{5})) +
         int(std::hash<Inner>()(Inner{10}));
}
//--- main.cpp
#include "construct.h"
#include "key.h"
#include <map>
#include <sstream>
#include <unordered_map>

// Not edited: what changes is in another module.
static std::string all() {
  std::map<Key, int> M{{{1}, 1}, {{2}, 2}};
  Key A{5}, B{6};
  std::swap(A, B);
  std::ostringstream Out;
  Out << std::hash<Key>()(Key{4}) << ' ' << M.begin()->first << ' '
      << std::to_string(A) << ' ' << B.N;
  return Out.str();
}

int main() {
  std::function<size_t(const Key &)> Kept = std::hash<Key>();
  CHECK(all() == "12 key 1 key 6 5" && Kept(Key{1}) == 3);
  int Asked = asked() / 100;
  CHECK(Asked >= 1 && asked() % 100 == 15);
  reload(2);
  CHECK(all() == "24 key 4 key 24 10" && Kept(Key{1}) == 6);
  CHECK(asked() / 100 > Asked && asked() % 100 == 30);
  return 0;
}
