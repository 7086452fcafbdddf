// A virtual function put in front of others, or one of them taken away: refused by
// name, and the next good edit works. The last one can go, its place cannot be reused.
// RUN: %{construct} %s %t
//--- pet.h
#pragma once
#define VERSION 1

struct Pet {
  virtual ~Pet() = default;
#if VERSION == 2
  virtual int age() const { return 1; }
#endif
  virtual int legs() const;
#if VERSION != 3
  virtual int ears() const { return 2; }
#endif
  virtual int tails() const { return 10 * VERSION; }
#if VERSION < 4
  virtual int wings() const { return 5; }
#endif
#if VERSION == 5
  virtual int fins() const { return 6; }
#endif
};

struct Left {
  virtual int left() const { return VERSION; }
};
struct Right {
  virtual int right() const { return 20 + VERSION; }
#if VERSION >= 8
  virtual int more() const { return 40 + VERSION; }
#endif
};
struct Both : Left, Right {
  int right() const override { return 30 + VERSION; }
#if VERSION == 6
  virtual int both() const { return 0; }
#endif
};
struct Other {
  virtual int other() const { return 60 + VERSION; }
};
#if VERSION == 7
struct Child : Left, Other {
#else
struct Child : Other, Left {
#endif
  int left() const override { return 50 + VERSION; }
};
Both *makeBoth();
Child *makeChild();
int more(const Right &R);
//--- pet.cpp
#include "pet.h"
int Pet::legs() const { return 4 * VERSION; }
Both *makeBoth() { return new Both; }
Child *makeChild() { return new Child; }
#if VERSION >= 8
int more(const Right &R) { return R.more(); }
#else
int more(const Right &) { return 0; }
#endif
//--- main.cpp
#include "construct.h"
#include "pet.h"

static int look(const Pet &P) {
#if VERSION == 3
  return P.legs();
#else
  return P.legs() + P.ears() + P.tails();
#endif
}

int main() {
  Pet *P = new Pet;
  Both *B = makeBoth();
  Right *R = B;
  Left *L = makeChild();
  CHECK(look(*P) == 16 && R->right() == 31 && L->left() == 51);
  refused(2, "the virtual functions of class 'Pet' changed places: at the "
             "place of 'Pet::legs() const'");
  refused(3, "class 'Pet' changed places: at the place of 'Pet::ears() const'");
  CHECK(look(*P) == 16 && R->right() == 31 && L->left() == 51);
  reload(4);
#if VERSION < 4 // as main remembers it
  CHECK(look(*P) == 58 && P->wings() == 5);
#endif
  refused(5, "class 'Pet' changed places: at the place of 'Pet::wings() const'");
  refused(6, "class 'Both' changed places");
  refused(7, "class 'Child' changed places");
  CHECK(look(*P) == 58 && R->right() == 34 && L->left() == 54);
  reload(8); // behind the last of several vtables there is room
  CHECK(look(*P) == 114 && R->right() == 38 && L->left() == 58);
  CHECK(more(*R) == 48);
  delete P;
}
