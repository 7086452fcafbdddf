// typeid and dynamic_cast across versions, also of types that first appear in an edit.
// RUN: %{construct} %s %t
//--- kinds.h
#pragma once
#include <memory>
#include <typeinfo>

struct Base {
  virtual ~Base();
  virtual int number() const;
};
struct Plain : Base {}; // no key function
template <typename T> struct Holder : Base {
  T Value{};
};

std::unique_ptr<Base> makeBase();
std::unique_ptr<Base> makeOther(int Which);
int kindOf(const Base &B);
const std::type_info &typeOf(const Base &B);
const std::type_info &typeOfOther(int Which);
const std::type_info &plainType();
//--- base.cpp
// Not edited: the first version's type information.
#include "kinds.h"

Base::~Base() = default;
int Base::number() const { return 1; }
std::unique_ptr<Base> makeBase() { return std::make_unique<Base>(); }
const std::type_info &plainType() { return typeid(Plain); }
//--- other.cpp
#include "kinds.h"
#define VERSION 1

struct Old : Base {
  int number() const override { return 10 * VERSION; }
};
namespace {
struct Inner : Old {};
} // namespace
#if VERSION >= 2
struct New : Old {
  int number() const override { return 100 * VERSION; }
};
struct NewKey : Base {
  int number() const override;
};
int NewKey::number() const { return 1000 * VERSION; }
#endif

std::unique_ptr<Base> makeOther(int Which) {
  switch (Which) {
  case 0:
    return std::make_unique<Old>();
  case 1:
    return std::make_unique<Inner>();
  case 2:
    return std::make_unique<Plain>();
  case 3:
    return std::make_unique<Holder<int>>();
#if VERSION >= 2
  case 4:
    return std::make_unique<New>();
  case 5:
    return std::make_unique<NewKey>();
#endif
  }
  return makeBase();
}

int kindOf(const Base &B) {
#if VERSION >= 2
  if (dynamic_cast<const New *>(&B))
    return 4;
  if (dynamic_cast<const NewKey *>(&B))
    return 5;
#endif
  if (dynamic_cast<const Inner *>(&B))
    return 1;
  if (dynamic_cast<const Old *>(&B))
    return 0;
  if (dynamic_cast<const Plain *>(&B))
    return 2;
  if (dynamic_cast<const Holder<int> *>(&B))
    return 3;
  return typeid(B) == typeid(Base) ? 9 : -1;
}

const std::type_info &typeOf(const Base &B) { return typeid(B); }

const std::type_info &typeOfOther(int Which) {
#if VERSION >= 2
  if (Which == 4)
    return typeid(New);
  if (Which == 5)
    return typeid(NewKey);
#endif
  return Which == 0   ? typeid(Old)
         : Which == 1 ? typeid(Inner)
         : Which == 2 ? typeid(Plain)
         : Which == 3 ? typeid(Holder<int>)
                      : typeid(Base);
}
//--- main.cpp
#include "kinds.h"
#include "construct.h"
#include <cstring>
#include <map>
#include <typeindex>
#include <vector>

static bool isPlain(const Base &B) { return dynamic_cast<const Plain *>(&B); }

int main() {
  std::vector<std::unique_ptr<Base>> All;
  std::map<std::type_index, int> Table;
  for (int Which : {0, 1, 2, 3, 9}) {
    All.push_back(makeOther(Which));
    Table[typeid(*All.back())] = Which;
  }
  const std::type_info &Before = typeOf(*All[1]);
  auto Check = [&](int Version, std::initializer_list<int> Kinds) {
    size_t I = 0;
    for (int Which : Kinds) {
      const Base &B = *All[I++];
      CHECK(kindOf(B) == Which);
      CHECK(typeOf(B) == typeid(B) && typeid(B) == typeOfOther(Which));
      CHECK(typeOf(B).hash_code() == typeid(B).hash_code());
      CHECK(!strcmp(typeid(B).name(), typeOfOther(Which).name()));
      CHECK(isPlain(B) == (Which == 2));
    }
    CHECK(plainType() == typeid(*All[2]));
    CHECK(All[0]->number() == 10 * Version);
    for (int Which : {0, 1, 2, 3, 9}) {
      std::unique_ptr<Base> Made = makeOther(Which);
      CHECK(kindOf(*Made) == Which);
      CHECK(Table.at(typeid(*Made)) == Which);
    }
  };
  Check(1, {0, 1, 2, 3, 9});
  reload(2);
  CHECK(Before == typeOf(*All[1]));
  Check(2, {0, 1, 2, 3, 9});
  All.push_back(makeOther(4));
  All.push_back(makeOther(5));
  Check(2, {0, 1, 2, 3, 9, 4, 5});
  CHECK(All[5]->number() == 200 && All[6]->number() == 2000);
  reload(3);
  Check(3, {0, 1, 2, 3, 9, 4, 5});
  CHECK(All[5]->number() == 300 && All[6]->number() == 3000);
  All.push_back(makeOther(4));
  All.push_back(makeOther(5));
  Check(3, {0, 1, 2, 3, 9, 4, 5, 4, 5});
  CHECK(typeid(*All[5]) == typeid(*All[7]) && typeid(*All[6]) == typeid(*All[8]));
  return 0;
}
