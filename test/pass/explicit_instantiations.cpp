// Explicit instantiations are listed, so that modules that only declare them (`extern
// template`) find the new ones.
// RUN: %{clangxx} -O1 -shared -fPIC %{pass-flags} -mllvm -hcr-image %s -o %t.so
// RUN: %{python} %S/Inputs/table.py %t.so | %{FileCheck} %s
template <typename T> T twice(T Value) { return Value * 2; }
extern template long twice<long>(long);
// CHECK-DAG: {{^}}proc {{.*}}_Z5twiceIiET_S0_
template int twice<int>(int);
// CHECK-DAG: {{^}}proc_import {{.*}}_Z5twiceIlET_S0_
long use(long Value) { return twice(Value); }
