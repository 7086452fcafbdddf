// Addresses used as identities: of inline constants, of types, of functions; the same in all versions and modules.
// RUN: %{construct} %s %t
//--- ids.h
#pragma once
#define VERSION 1
template <typename T> inline constexpr char IdOf = 0;
struct Tags {
  static constexpr int First = 1, Second = VERSION * 2;
};
inline const int Table[3] = {1, 2, 3};
inline const void *localId() {
  static const char Id = 0;
  return &Id;
}
template <typename T> const void *functionId() {
  return reinterpret_cast<const void *>(&functionId<T>);
}
const void *idFromOther(int Which);
const int *changed();
#if VERSION >= 2
struct New {}; // by the edit, in two modules
#endif
//--- other.cpp
#include "ids.h"
const void *idFromOther(int Which) {
  switch (Which) {
  case 0:
    return &IdOf<int>;
  case 1:
    return &Tags::First;
  case 2:
    return &Table[1];
  case 3:
    return localId();
  case 4:
    return functionId<int>();
#if VERSION >= 2
  case 5:
    return &IdOf<New>;
#endif
  }
  return &IdOf<void *>;
}
const int *changed() { return &Tags::Second; }
//--- main.cpp
#include "construct.h"
#include "ids.h"

static const void *idHere(int Which) {
  switch (Which) {
  case 0:
    return &IdOf<int>;
  case 1:
    return &Tags::First;
  case 2:
    return &Table[1];
  case 3:
    return localId();
  case 4:
    return functionId<int>();
#if VERSION >= 2
  case 5:
    return &IdOf<New>;
#endif
  }
  return &IdOf<void *>;
}

int main() {
  const void *Kept[6];
  for (int I = 0; I < 6; ++I) {
    Kept[I] = idHere(I);
    CHECK(Kept[I] == idFromOther(I));
    for (int J = 0; J < I; ++J)
      CHECK(Kept[I] != Kept[J]);
  }
  CHECK(*changed() == 2);
  reload(2);
  for (int I = 0; I < 5; ++I)
    CHECK(idHere(I) == Kept[I] && idFromOther(I) == Kept[I]);
  CHECK(*changed() == 4);
  const void *New = idHere(5);
  CHECK(New == idFromOther(5) && New != Kept[5]);
  reload(3);
  CHECK(idHere(5) == New && idFromOther(5) == New && *changed() == 6);
  return 0;
}
