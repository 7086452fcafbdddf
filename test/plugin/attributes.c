// The attributes, in both spellings, reach the pass; in C.
// RUN: %{clang} -std=c17 -S -emit-llvm -fplugin=%{plugin} -Xclang -disable-llvm-passes %s -o - | %{FileCheck} %s
// RUN: %{clang} -std=c23 -S -emit-llvm -fplugin=%{plugin} -Xclang -disable-llvm-passes %s -o - | %{FileCheck} %s
// RUN: %{clang} -xc++ -std=c++20 -S -emit-llvm -fplugin=%{plugin} -Xclang -disable-llvm-passes %s -o - | %{FileCheck} %s
// CHECK-DAG: c"hcr.nonreloadable\00"
// CHECK-DAG: c"hcr.reinit\00"
// CHECK-DAG: c"hcr.before_reload\00"
// CHECK-DAG: c"hcr.after_reload\00"
// CHECK-DAG: @llvm.global.annotations = {{.*}}ptr @{{.*}}first
// And what the pass makes of them.
// RUN: %{clang} -fPIC -shared -fplugin=%{plugin} -mllvm -hcr-binding=host %s -o %t.o && %{python} %S/../pass/Inputs/table.py %t.o | %{FileCheck} --check-prefix=TABLE %s
// TABLE-DAG: proc first: flags program,direct
// TABLE-DAG: proc second: flags module,direct
// TABLE-DAG: handler before{{.*}}: when before
// TABLE-DAG: handler earlier{{.*}}: when before
// TABLE-DAG: handler after{{.*}}: when after
// A declaration is enough for callers.
// TABLE-NOT: proc_import elsewhere
#ifdef __cplusplus
extern "C" {
#endif
[[hcr::nonreloadable]] int first(void);
int first(void) { return 1; }
__attribute__((hcr_nonreloadable)) static int second(void) { return 2; }
[[hcr::nonreloadable]] int elsewhere(void);
[[hcr::reinit]] int limit = 5;
__attribute__((hcr_reinit)) int other = 6;
[[hcr::nonreloadable]] int fixed;
[[hcr::before_reload]] static void before(void) {}
__attribute__((hcr_before_reload)) void earlier(void) {}
[[hcr::after_reload]] static void after(void) {}
__attribute__((hcr_after_reload)) void later(void);
int use(void) {
  [[hcr::reinit]] static int local = 7;
  later();
  return first() + second() + elsewhere() + limit + other + fixed + local;
}
#ifdef __cplusplus
}
#endif
