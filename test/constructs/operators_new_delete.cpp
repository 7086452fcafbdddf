// Operators new and delete of the program, of a class, and allocators: edited, and used by what was allocated before.
// RUN: %{construct} %s %t
//--- memory.h
#pragma once
#include <cstddef>
struct Counts {
  int News, Deletes, ClassNews, ClassDeletes, Placed;
};
extern Counts Count;
//--- memory.cpp
#include "memory.h"
#include <cstdlib>
#include <new>
#define VERSION 1

Counts Count;

void *operator new(std::size_t Size) {
  Count.News += VERSION;
  if (void *Memory = std::malloc(Size ? Size : 1))
    return Memory;
  throw std::bad_alloc();
}
void operator delete(void *Memory) noexcept {
  Count.Deletes += VERSION;
  std::free(Memory);
}
void operator delete(void *Memory, std::size_t) noexcept {
  Count.Deletes += VERSION;
  std::free(Memory);
}
void *operator new(std::size_t Size, int &Placed) {
  Placed += VERSION;
  return std::malloc(Size);
}
//--- main.cpp
#include "construct.h"
#include "memory.h"
#include <memory>
#include <string>
#include <vector>
#define VERSION 1

void *operator new(std::size_t Size, int &Placed);

struct Node {
  long Values[4] = {};
  static void *operator new(std::size_t Size) {
    Count.ClassNews += VERSION;
    return std::malloc(Size);
  }
  static void operator delete(void *Memory) {
    Count.ClassDeletes += VERSION;
    std::free(Memory);
  }
  virtual ~Node() = default;
};
struct Derived : Node {
  std::string Text = "a text that is too long for the small buffer";
};

template <typename T> struct Arena { // an allocator with state
  using value_type = T;
  int *Used;
  explicit Arena(int *Used) : Used(Used) {}
  template <typename U> Arena(const Arena<U> &Other) : Used(Other.Used) {}
  T *allocate(std::size_t N) {
    *Used += int(N) * VERSION;
    return static_cast<T *>(std::malloc(N * sizeof(T)));
  }
  void deallocate(T *Memory, std::size_t N) {
    *Used -= int(N) * VERSION;
    std::free(Memory);
  }
  template <typename U> bool operator==(const Arena<U> &) const { return true; }
};

static Node *make() { return new Derived; }
static void drop(Node *N) { delete N; }
static int placed() {
  int Placed = 0;
  std::free(new (Placed) long(3));
  return Placed;
}
static void allocate() {
  auto Use = std::make_unique<std::string>(200, 'x');
  std::vector<int> V(300);
  V.push_back(int(Use->size()));
}

int main() {
  Node *Kept = make();
  CHECK(Count.ClassNews == 1 && placed() == 1);
  int Used = 0;
  std::vector<int, Arena<int>> Numbers{Arena<int>(&Used)};
  auto Push = +[](std::vector<int, Arena<int>> &V) { V.push_back(1); };
  Push(Numbers);
  CHECK(Used == 1);
  std::vector<std::string> Strings(50, std::string(100, 'y'));
  auto Change = +[](std::vector<std::string> &S) {
    S.insert(S.begin(), 40, std::string(77, 'z'));
    S.clear();
    S.shrink_to_fit();
  };
  Count = {};
  allocate();
  CHECK(Count.News > 0 && Count.News == Count.Deletes);
  int News = Count.News;
  reload(2);
  Count = {};
  allocate();
  CHECK(Count.News == 2 * News && Count.Deletes == 2 * News);
  Count = {};
  Change(Strings);
  CHECK(Count.Deletes > 90 && Count.Deletes % 2 == 0);
  Count = {};
  drop(Kept);
  CHECK(Count.ClassDeletes == 2 && Count.Deletes == 2 && Count.News == 0);
  drop(make());
  CHECK(Count.ClassNews == 2 && Count.ClassDeletes == 4 && placed() == 2);
  Push(Numbers);
  CHECK(Used == 1 + 2 * 2 - 1 * 2);
  return 0;
}
