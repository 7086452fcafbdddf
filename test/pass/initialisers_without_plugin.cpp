// What the code of an initialiser writes to last counts as its variable, unless
// the plugin tells which variables have initialisers.
// RUN: %{clangxx} -O1 -Xclang -disable-llvm-passes -S -emit-llvm %s -o %t.ll
// RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %t.ll | %{FileCheck} %s
struct Empty {};
int Count;
static Empty First = (Count++, Empty{});
int count() { return Count; }

// CHECK-LABEL: define internal void @_GLOBAL__sub_I_{{.*}}()
// CHECK-NEXT:    load i8, ptr @Count.fresh
