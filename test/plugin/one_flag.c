// -fplugin=libHcrClang.so alone brings the pass, once, with its options.
// RUN: cd %S && %{clang} -S -emit-llvm -fplugin=%{plugin} one_flag.c -o - | %{FileCheck} %s
// CHECK: @f.slot = internal
// CHECK: !hcr.module.name = !{![[N:[0-9]+]]}
// CHECK: ![[N]] = !{!"one_flag.c"}
// RUN: %{clang} -S -emit-llvm -fplugin=%{plugin} -mllvm -hcr-binding=host -Xclang -mllvm -Xclang -hcr-module=other/name %s -o - | %{FileCheck} --check-prefix=OPTIONS %s
// OPTIONS: @f.slot = hidden
// OPTIONS: !{!"other/name"}
// All flags together do the same.
// RUN: cd %S && %{clang} -S -emit-llvm -fplugin=%{plugin} one_flag.c -o %t.one
// RUN: cd %S && %{clang} -S -emit-llvm -fplugin=%{plugin} %{pass-flags} one_flag.c -o %t.all
// RUN: diff %t.one %t.all
// Where no code is made there is nothing to do and nothing to say.
// RUN: %{clang} -fsyntax-only -fplugin=%{plugin} -Xclang -verify=none %s
// RUN: %{clang} -E -fplugin=%{plugin} %s -o /dev/null
// none-no-diagnostics
// The object holds nothing of what the plugin told the pass.
// RUN: %{clang} -c -fplugin=%{plugin} %s -o %t.o
// RUN: %{nm} %t.o | %{FileCheck} --check-prefix=OBJECT %s
// RUN: %{readelf} -S %t.o | %{FileCheck} --check-prefix=OBJECT %s
// OBJECT-NOT: {{hcr_facts|metadata}}
struct P {
  int x;
} hero;
void f(void) { hero.x++; }
