// The same as options of clang: -mllvm, when the library is also given to -fplugin.
// RUN: cd %S && %{clang} -S -emit-llvm -fpass-plugin=%{pass} options_of_clang.c -o - | %{FileCheck} --check-prefix=BARE %s
// BARE: @f.slot = internal
// BARE: @DatInit000 =
// BARE: !hcr.module.name = !{![[N:[0-9]+]]}
// BARE: ![[N]] = !{!"options_of_clang.c"}
// RUN: %{clang} -S -emit-llvm %{pass-flags} -mllvm -hcr-binding=host -mllvm -hcr-module=other/name %s -o - | %{FileCheck} --check-prefix=HOST %s
// HOST: @f.slot = hidden
// HOST: !{!"other/name"}
// RUN: %{not} %{clang} -c %{pass-flags} -mllvm -hcr-binding=neither %s -o %t.o 2>&1 | %{FileCheck} --check-prefix=ERROR %s
// ERROR: Cannot find option named 'neither'
// RUN: %{not} %{clang} -c %{pass-flags} -mllvm -hcr-program=xyz %s -o %t.o 2>&1 | %{FileCheck} --check-prefix=PROGRAM %s
// PROGRAM: program id 'xyz' of -hcr-program is not a hexadecimal number
void f(void) {}
