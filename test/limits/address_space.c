// A variable in an address space of its own stays direct, with a remark.
// RUN: %{clang} -O1 -c %{pass-flags} -Rpass-missed=hcr -o %t.o %s 2>&1 | %{FileCheck} %s
// CHECK: remark: {{.*}}'Elsewhere' is not reloadable: it is in an address space of its own
int __attribute__((address_space(1))) Elsewhere = 1;
int here(void) { return Elsewhere; }
