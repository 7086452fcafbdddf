; An always_inline function is called directly, so that it inlines; its address is
; a stable entry, and other modules reach it through a slot.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} %s
target triple = "x86_64-pc-linux-gnu"

; CHECK-DAG: @taken.slot = internal externally_initialized global ptr @taken
; CHECK-DAG: @outside.slot = {{.*}}externally_initialized global ptr @outside_actual

define internal void @taken() alwaysinline {
  ret void
}

; CHECK: define {{.*}} @outside() [[ENTRY:#[0-9]+]] {
; CHECK-LABEL: define hidden void @outside_actual() #
define void @outside() alwaysinline {
  ret void
}

; CHECK-LABEL: define hidden ptr @calls_actual()
; CHECK-NEXT:    call void @taken()
; CHECK-NEXT:    call void @outside_actual()
; CHECK:         ret ptr
; CHECK-NOT:     @taken{{$}}
define ptr @calls() {
  call void @taken()
  call void @outside()
  ret ptr @taken
}

; CHECK: define internal void @taken.entry() [[ENTRY]] {
; CHECK: [[ENTRY]] = {{.*}}naked
