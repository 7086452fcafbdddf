; The pass does its work once, however often it is asked: a module with the mark stays as it is.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>' -S %s -o %t.once.ll
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,hcr<module>,verify' -S %s -o %t.twice.ll
; RUN: diff %t.once.ll %t.twice.ll
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>' -S %t.once.ll | grep -vE 'ModuleID|preds' > %t.again.ll
; RUN: grep -vE 'ModuleID|preds' %t.once.ll | diff - %t.again.ll
; RUN: %{FileCheck} --input-file=%t.once.ll %s
target triple = "x86_64-pc-linux-gnu"
; CHECK: @f.slot
; CHECK: !hcr.module.name = !{![[NAME:[0-9]+]]}
; CHECK: ![[NAME]] = !{!"{{.*}}runs_once.ll"}
@v = global i32 0
define i32 @f() {
  %x = load i32, ptr @v
  ret i32 %x
}
