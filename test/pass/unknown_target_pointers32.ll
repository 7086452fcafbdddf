; x32 has the registers of x86-64 and pointers of 32 bits: the jump would read too much, so it is an unknown target.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S < %s 2>%t.log | %{FileCheck} %s
; RUN: %{FileCheck} --check-prefix=LOG --input-file=%t.log %s
target datalayout = "e-m:e-p:32:32-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnux32"

; LOG: warning: {{.*}}in function f void (): hot code reloading does not know the target 'x86_64-pc-linux-gnux32'; the module is left as it is
; LOG-NOT: warning

; CHECK-NOT: slot
; CHECK-NOT: hcr
; CHECK: define void @f()
; CHECK: define void @g()
; CHECK-NEXT: call void @f()
; CHECK-NOT: hcr
define void @f() {
  ret void
}
define void @g() {
  call void @f()
  ret void
}
