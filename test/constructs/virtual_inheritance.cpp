// Multiple and virtual inheritance: thunks, covariant returns, construction tables, deleting destructors.
// RUN: %{construct} %s %t
//--- shapes.h
#pragma once
#include "construct.h"

extern int Log; // what constructors and destructors saw

struct Named {
  long Padding = 1;
  virtual ~Named();
  virtual int name() const;
};
struct Sized {
  long Size = 3;
  virtual ~Sized();
  virtual int size() const;
  virtual Sized *self() { return this; }
};
// Both bases have their own vtable pointer: calls through Sized need thunks.
struct Box : Named, Sized {
  long Own = 5;
  ~Box() override;
  int name() const override;
  int size() const override;
  Box *self() override; // covariant: adjusts what it returns
};

struct Root {
  int Value = 1;
  Root();
  virtual ~Root();
  virtual int kind() const;
};
struct Left : virtual Root {
  Left();
  ~Left() override;
  int kind() const override;
  virtual int left() const;
};
struct Right : virtual Root {
  Right();
  ~Right() override;
  virtual int right() const;
};
struct Bottom : Left, Right {
  Bottom();
  ~Bottom() override;
  int kind() const override;
  int right() const override;
};

Box *makeBox();
Root *makeBottom();
//--- shapes.cpp
#include "shapes.h"
#define VERSION 1

int Log = 0;

Named::~Named() { Log = Log * 10 + 1 * VERSION; }
int Named::name() const { return 1; }
Sized::~Sized() { Log = Log * 10 + 2 * VERSION; }
int Sized::size() const { return 2; }

Box::~Box() { Log = Log * 10 + 3 * VERSION; }
int Box::name() const { return VERSION * 10 + int(Own); }
int Box::size() const { return VERSION * 100 + int(Size) + int(Own); }
Box *Box::self() {
  Own += VERSION;
  return this;
}
Box *makeBox() { return new Box; }

// Each sees the functions of what is constructed so far.
Root::Root() { Log = Log * 10 + kind(); }
Root::~Root() { Log = Log * 10 + kind(); }
int Root::kind() const { return VERSION; }
Left::Left() { Log = Log * 10 + kind(); }
Left::~Left() { Log = Log * 10 + kind(); }
int Left::kind() const { return VERSION + 2; }
int Left::left() const { return VERSION * 7; }
Right::Right() { Log = Log * 10 + right(); }
Right::~Right() { Log = Log * 10 + right(); }
int Right::right() const { return VERSION + Value; }
Bottom::Bottom() { Log = Log * 10 + kind(); }
Bottom::~Bottom() { Log = Log * 10 + kind(); }
int Bottom::kind() const { return VERSION + 5; }
int Bottom::right() const { return VERSION * 1000 + Value; }
Root *makeBottom() { return new Bottom; }
//--- main.cpp
#include "shapes.h"

static int throughNamed(const Named &N) { return N.name(); }
static int throughSized(const Sized &S) { return S.size(); }
static Sized *selfOf(Sized &S) { return S.self(); }

int main() {
  Box *Kept = makeBox();
  Sized *AsSized = Kept;
  Root *Diamond = makeBottom();
  CHECK(Log == 1326); // Root 1, Left 3, Right 2, Bottom 6
  auto *AsLeft = dynamic_cast<Left *>(Diamond);
  auto *AsRight = dynamic_cast<Right *>(Diamond);
  CHECK(AsLeft && AsRight);
  CHECK(throughNamed(*Kept) == 15 && throughSized(*AsSized) == 108);
  CHECK(selfOf(*AsSized) == AsSized && Kept->Own == 6);
  CHECK(AsRight->right() == 1001 && AsLeft->left() == 7);
  reload(2);
  CHECK(throughNamed(*Kept) == 26 && throughSized(*AsSized) == 209);
  CHECK(selfOf(*AsSized) == AsSized && Kept->Own == 8);
  CHECK(dynamic_cast<Box *>(selfOf(*AsSized)) == Kept && Kept->Own == 10);
  CHECK(Diamond->kind() == 7 && AsLeft->kind() == 7);
  CHECK(AsRight->right() == 2001 && AsLeft->left() == 14);
  CHECK(dynamic_cast<Right *>(static_cast<Root *>(AsLeft)) == AsRight);
  Log = 0;
  delete AsSized; // a thunk of the deleting destructor
  CHECK(Log == 642);
  Log = 0;
  delete Diamond; // Bottom 7, Right 3, Left 4, Root 2
  CHECK(Log == 7342);
  Log = 0;
  Root *New = makeBottom();
  CHECK(Log == 2437);
  delete New;
  return 0;
}
