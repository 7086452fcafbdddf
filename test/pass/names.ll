; -hcr-names gives symbols the names that they have in the running program, before anything else is done with them.
; RUN: rm -rf %t && mkdir -p %t && printf 'r f_2 f_1\nr f_1 f_2.v12ab\nr x_4 x_3\nr not_here_5 not_here_6\n' > %t/names
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module;name=a.c;names=%t/names>' -S %s | %{FileCheck} %s
; Two names change places; the variable is reached by its other name.
; CHECK-DAG: @f_1.slot =
; CHECK-DAG: @f_2.v12ab.slot =
; CHECK-DAG: @x_3.ptr =
; CHECK: define {{.*}} @f_2.v12ab_actual
; CHECK-NEXT: ret i32 1
; CHECK: define {{.*}} @f_1_actual
; CHECK: ret i32 2
; CHECK-NOT: @x_4
; RUN: printf 'r f_1 f_2\n' > %t/twice
; RUN: %{not} %{opt} -load-pass-plugin=%{pass} -passes='hcr<module;names=%t/twice>' -disable-output %s 2>&1 | %{FileCheck} --check-prefix=TWICE %s
; TWICE: error: two symbols of one module would be called 'f_2' by the file of -hcr-names
; RUN: printf 'r f_1 f_9\nx\n' > %t/unknown
; RUN: %{not} %{opt} -load-pass-plugin=%{pass} -passes='hcr<module;names=%t/unknown>' -disable-output %s 2>&1 | %{FileCheck} --check-prefix=UNKNOWN %s
; UNKNOWN: error: line 2 of '{{.*}}unknown', the file of -hcr-names, is none that the pass knows: x
; RUN: %{not} %{opt} -load-pass-plugin=%{pass} -passes='hcr<module;names=%t/missing>' -disable-output %s 2>&1 | %{FileCheck} --check-prefix=MISSING %s
; MISSING: error: cannot read '{{.*}}missing', the file of -hcr-names: No such file or directory
target triple = "x86_64-pc-linux-gnu"
@x_4 = global i32 0
define i32 @f_1() {
  ret i32 1
}
define i32 @f_2() {
  %a = call i32 @f_1()
  store i32 %a, ptr @x_4
  ret i32 2
}
