; A target without a stable entry gets one warning, and its module is left alone.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S < %s 2>%t.log | %{FileCheck} %s
; RUN: %{FileCheck} --check-prefix=LOG --input-file=%t.log %s
target triple = "wasm32-unknown-unknown"

; LOG: warning: {{.*}}in function f void (): hot code reloading does not know the target 'wasm32-unknown-unknown'; the module is left as it is
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
