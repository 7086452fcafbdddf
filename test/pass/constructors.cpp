// Module binding: initialisers of variables move into hcr.init; each is guarded
// by the freshness of what it initialises, so that a reload leaves living variables alone.
// RUN: %{clangxx} -std=c++20 -O1 -Xclang -disable-llvm-passes -S -emit-llvm %s -o %t.ll
// RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %t.ll | %{FileCheck} %s
int compute();
struct Destroyed { ~Destroyed(); Destroyed(int); };
struct Plain { int A, B; Plain(int); };
struct Template { int A; template <class T> Template(T); };
struct Base { int A; Base(int); };
struct Inherits : Base { using Base::Base; int B = 1; };
struct Pair { int A, B, C, D, E; };
Pair makePair();
struct Printer { Printer(); };

// CHECK: @stored.fresh = internal externally_initialized global i8 1

// CHECK-LABEL: define internal void @_GLOBAL__sub_I_{{.*}}()
// CHECK-NEXT:    load i8, ptr @stored.fresh
// CHECK:         call void @__cxx_global_var_init()
int stored = compute();
// CHECK:         load i8, ptr @destroyed.fresh
// CHECK:         call void @__cxx_global_var_init
Destroyed destroyed(1);
// CHECK:         load i8, ptr @constructed.fresh
// CHECK:         call void @__cxx_global_var_init
Plain constructed(2);
// CHECK:         load i8, ptr @from_template.fresh
// CHECK:         call void @__cxx_global_var_init
Template from_template(3);
// CHECK:         load i8, ptr @inherits.fresh
// CHECK:         call void @__cxx_global_var_init
Inherits inherits(4);
// CHECK:         load i8, ptr @returned.fresh
// CHECK:         call void @__cxx_global_var_init
Pair returned = makePair();
// CHECK:         load i8, ptr @array.fresh
// CHECK:         call void @__cxx_global_var_init
Destroyed array[2] = {1, 2};
// CHECK:         load i8, ptr @reference.fresh
// CHECK:         call void @__cxx_global_var_init
const int &reference = compute();
// CHECK:         load i8, ptr @_ZL6hidden.fresh
// CHECK:         call void @__cxx_global_var_init
static const int hidden = compute();
int use() { return hidden; }
// CHECK:         load i8, ptr @_ZL7printer.fresh
// CHECK:         call void @__cxx_global_var_init
static Printer printer;

// Start-up code runs the part where no runtime is in charge, at its old priority.
// CHECK-LABEL: define internal void @hcr.init()
// CHECK-NEXT:    call void @hcr.init.65535()
// CHECK-LABEL: define internal void @hcr.init.65535.start_up(i32 %0, ptr %1, ptr %2)
// CHECK:         load i32, ptr @hcr.state
// CHECK:         br i1
// CHECK:         call void @hcr.init.65535()
