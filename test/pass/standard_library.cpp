// What the standard library keeps the address of, with code of the program inlined
// into it, is a stable entry: the virtual functions behind std::shared_ptr and the
// invoker of std::function. What is only called stays direct.
// RUN: %{clangxx} -O1 -Xclang -disable-llvm-passes -std=c++17 -S -emit-llvm %s -o %t.ll
// RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %t.ll -o %t.out.ll
// RUN: %{FileCheck} --input-file=%t.out.ll %s
// RUN: %{FileCheck} --input-file=%t.out.ll --check-prefix=CALLS %s
#include <functional>
#include <memory>
struct Adder {
  int operator()(int X) const { return X + 1; }
};
// CHECK-DAG: @_ZNSt17_Function_handlerIFiiE5AdderE9_M_invokeERKSt9_Any_dataOi.slot =
// CHECK-DAG: @_ZNSt23_Sp_counted_ptr_inplaceI5AdderSaIvELN9__gnu_cxx12_Lock_policyE2EE10_M_disposeEv.slot =
// CALLS-NOT: @_ZNSt8functionIFiiEEC2I5AddervEEOT_.slot
// CALLS: call void @_ZNSt8functionIFiiEEC2I5AddervEEOT_(
std::function<int(int)> make() { return Adder(); }
std::shared_ptr<Adder> share() { return std::make_shared<Adder>(); }
