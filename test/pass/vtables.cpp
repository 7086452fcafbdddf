// Behind a vtable there is room for eight more entries and its own address; its row
// says what each entry stands for. Vtables of the standard library stay as they are.
// RUN: %{clangxx} -O1 -S -emit-llvm %{pass-flags} -Xclang -mllvm -Xclang -hcr-binding=host %s -o %t.ll
// RUN: %{FileCheck} %s < %t.ll
// RUN: %{FileCheck} --check-prefix=LIBRARY %s < %t.ll
#include <stdexcept>

// CHECK-DAG: @_ZTV6Animal = {{.*}}constant { [6 x ptr], [8 x ptr], ptr } { [6 x ptr] [{{.*}}], [8 x ptr] zeroinitializer, ptr @_ZTV6Animal }
// CHECK-DAG: @_ZTV3Dog = {{.*}}constant { [6 x ptr], [8 x ptr], ptr }
// CHECK-DAG: @_ZTV4Both = {{.*}}constant { [3 x ptr], [3 x ptr], [8 x ptr], ptr }
// Only defined elsewhere:
// CHECK-DAG: @_ZTV3Cat = external {{.*}}constant { [6 x ptr] }
// CHECK-DAG: @_ZTVN12_GLOBAL__N_16HiddenE = internal {{.*}}constant { [6 x ptr], [8 x ptr], ptr }

// Entries: no offset, type information, destructors, name(), legs().
// CHECK-DAG: = internal constant [8 x i32] [i32 6, i32 8, i32 [[OFFSET:-?[0-9]+]], i32 [[TYPE:-?[0-9]+]], i32 [[D1:[0-9]+]], i32 [[D0:[0-9]+]], i32 0, i32 [[LEGS:[0-9]+]]]
struct Animal {
  virtual ~Animal();
  virtual int name(int) const = 0;
  virtual int legs() const { return 4; }
};
Animal::~Animal() {}

// Overrides have the names of what they override.
// CHECK-DAG: = internal constant [8 x i32] [i32 6, i32 8, i32 [[OFFSET]], i32 [[TYPE]], i32 [[D1]], i32 [[D0]], i32 [[NAME:[0-9]+]], i32 [[LEGS]]]
struct Dog : Animal {
  int name(int) const override;
  int legs() const override { return 3; }
};
int Dog::name(int) const { return 1; }

namespace {
struct Hidden : Dog {
  int name(int) const override { return 2; }
};
} // namespace
Animal *makeHidden() { return new Hidden; }

struct Cat : Animal {
  int name(int) const override;
};
Animal *makeCat() { return new Cat; }

// A thunk is its function.
// CHECK-DAG: = internal constant [8 x i32] [i32 6, i32 8, i32 [[OFFSET]], i32 [[TYPE]], i32 [[F:[0-9]+]], i32 {{-?[0-9]+}}, i32 [[TYPE]], i32 [[F]]]
struct Left {
  virtual int f();
};
struct Right {
  virtual int f();
};
struct Both : Left, Right {
  int f() override;
};
int Both::f() { return 1; }

// LIBRARY-NOT: @_ZTV{{S|NSt|N9__gnu}}{{.*}} [8 x ptr]
// LIBRARY: @_ZTV6Failed = {{.*}} [8 x ptr]
struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};
void fail() { throw Failed("so"); }
