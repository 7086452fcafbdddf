// Clang makes the complete-object constructor an alias of the base-object one:
// the alias follows the stable entry, and callers of either find a slot.
// RUN: %{clangxx} -O1 -mconstructor-aliases -S -emit-llvm -Xclang -disable-llvm-passes %s -o %t.plain.ll
// RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %t.plain.ll | %{FileCheck} %s
// RUN: %{clangxx} -O1 -shared -fPIC %{pass-flags} %s -o %t.so
// RUN: %{python} %S/Inputs/table.py %t.so | %{FileCheck} --check-prefix=TABLE %s
// CHECK: @_ZN5ThingC1Ei = {{.*}}alias {{.*}}, ptr @_ZN5ThingC2Ei
// CHECK: @_ZN5ThingC1Ei.slot = hidden alias ptr, ptr @_ZN5ThingC2Ei.slot
// CHECK: @_ZN5ThingD1Ev.slot = hidden alias ptr, ptr @_ZN5ThingD2Ev.slot

struct Thing {
  int Value;
  Thing(int);
  virtual ~Thing();
};
Thing::Thing(int Value) : Value(Value) {}
Thing::~Thing() {}
// Inside the module both constructors are one function.
// CHECK-LABEL: define hidden noundef i32 @_Z3usev.actual
// CHECK:         [[C:%.*]] = load atomic ptr, ptr @_ZN5ThingC2Ei.slot
// CHECK:         call void [[C]](
// CHECK:         [[D:%.*]] = load atomic ptr, ptr @_ZN5ThingD2Ev.slot
// CHECK:         call void [[D]](
int use() { return Thing(3).Value; }

// Both names are rows of the table, with one body and one slot.
// TABLE-DAG: proc _ZN5ThingC2Ei: {{.*}}body _ZN5ThingC2Ei.actual, slot _ZN5ThingC2Ei.slot
// TABLE-DAG: proc _ZN5ThingC1Ei: {{.*}}body _ZN5ThingC2Ei.actual, slot _ZN5ThingC2Ei.slot
