; Host binding: a function of another module has a weak slot in a comdat, which
; gives way to the strong one or else holds the linker's answer.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s
target triple = "x86_64-pc-linux-gnu"

; CHECK: $f.slot = comdat any
; CHECK: @f.slot = weak hidden externally_initialized global ptr @f, {{.*}}comdat
; An optional function keeps its weak reference.
; CHECK: @maybe.slot = weak hidden externally_initialized global ptr @maybe
; A function of which only the address is used needs no slot.
; CHECK-NOT: @handed.slot
; CHECK: declare void @f()
; CHECK: declare extern_weak void @maybe()
declare void @f()
declare extern_weak void @maybe()
declare void @handed()

; CHECK-LABEL: define hidden ptr @g_actual()
; CHECK-NEXT:    load atomic ptr, ptr @f.slot monotonic
; CHECK:         load atomic ptr, ptr @maybe.slot monotonic
; CHECK:         ret ptr @handed
define ptr @g() {
  call void @f()
  call void @maybe()
  ret ptr @handed
}
