; Host binding: slot, body and stable entry of an internal function are internal.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s
target triple = "x86_64-pc-linux-gnu"

; CHECK: @f.slot = internal externally_initialized global ptr @f_actual
; CHECK-LABEL: define internal void @f()
; CHECK-NEXT:    asm sideeffect "jmpq
; CHECK-LABEL: define internal void @f_actual()
define internal void @f() {
  ret void
}

; CHECK-LABEL: define hidden void @g_actual()
; CHECK:         load atomic ptr, ptr @f.slot
define void @g() {
  call void @f()
  ret void
}
