// What each function uses, with what it calls directly; the record types that code knows, and those that may be on a heap; HCR_MIGRATE.
// RUN: %{clangxx} -std=c++20 -O1 -fPIC -shared -fplugin=%{plugin} -mllvm -hcr-binding=host -I%{source}/runtime/include %s -o %t.so
// RUN: %{python} %S/../pass/Inputs/table.py %t.so > %t.txt
// RUN: grep -E "^(used_type|use|migrator) " %t.txt | LC_ALL=C sort > %t.sorted
// RUN: %{FileCheck} %s --match-full-lines < %t.sorted
// RUN: grep -E "global _ZL6placed: flags module,placed," %t.txt
#include <hcr/hcr.h>
#include <memory>
#include <utility>
#include <vector>

struct InVariable {
  int a;
};
struct OnStack {
  int a, b;
};
struct ByNew {
  int a;
};
struct PartOfNew {
  int a;
};
struct Whole {
  PartOfNew part;
};
struct InVector {
  int a;
};
struct FromVoid {
  int a;
};
struct Left {
  int a;
};
struct Right {
  int b;
};
struct Derived : Left, Right {};
struct NotUsed {
  int a;
};
template <class T> struct Box {
  T value;
};

InVariable one;
static int other, placed;
static int *const constant = &placed;
int *const &getConstant() { return constant; }

inline int inlined(OnStack &o) { return o.b + other++; }
int useBoth() {
  OnStack o{1, 2};
  return one.a + inlined(o);
}
int useNothing() { return 5; }
void copyWhole(OnStack *to, const OnStack *from) { *to = *from; }
Right *toBase(Derived *d) { return d; }
ByNew *makeNew() { return new ByNew; }
Whole *makeWhole() { return new Whole[3]; }
std::vector<InVector> list;
int sum() {
  int s = 0;
  for (const InVector &v : list)
    s += v.a;
  return s;
}
int callBack(void *data) { return static_cast<FromVoid *>(data)->a; }
std::pair<char, InVariable> pair;
char first(std::pair<char, InVariable> *p) { return p->first; }
Box<InVariable> box;
int inBox(Box<InVariable> *b) { return b->value.a; }
static void migrate(void *to, const void *from) {
  static_cast<InVariable *>(to)->a = static_cast<const InVariable *>(from)->a;
}
HCR_MIGRATE(InVariable, migrate);
int main() { return useBoth(); }

// CHECK:     migrator InVariable: function _ZL7migratePvPKv.actual
// CHECK-NOT: use {{main|.*useNothing.*}}:{{.*}}
// CHECK-DAG: use _Z7useBothv: of type OnStack
// CHECK-DAG: use _Z7useBothv: of variable _ZL5other
// CHECK-DAG: use _Z7useBothv: of variable one
// CHECK-DAG: use _Z9copyWholeP7OnStackPKS_: of type OnStack
// CHECK-DAG: use _Z6toBaseP7Derived: of type Derived
// CHECK-DAG: use _Z5firstPSt4pairIc10InVariableE: of type std::pair<char, InVariable>
// CHECK-DAG: used_type Box<InVariable>: size 4, flags -
// CHECK-DAG: used_type ByNew: size 4, flags dynamic
// CHECK-DAG: used_type Derived: size 8, flags bases
// CHECK-DAG: used_type FromVoid: size 4, flags dynamic
// CHECK-DAG: used_type InVariable: size 4, flags -
// CHECK-DAG: used_type InVector: size 4, flags dynamic
// CHECK-DAG: used_type OnStack: size 8, flags -
// CHECK-DAG: used_type PartOfNew: size 4, flags dynamic
// CHECK-DAG: used_type std::pair<char, InVariable>: size 8, flags -
// CHECK-NOT: NotUsed
