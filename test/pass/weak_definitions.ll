; A weak definition has a slot of its own, behind its entry; callers load another
; one that starts as the linker's choice, and the table tells both.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} --check-prefixes=CHECK,HOST %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} --check-prefixes=CHECK,MODULE %s
target triple = "x86_64-pc-linux-gnu"

; HOST-DAG: @w.slot = weak hidden externally_initialized global ptr @w, {{.*}}comdat
; MODULE-DAG: @w.slot = internal externally_initialized global ptr @w,
; CHECK-DAG: @w.own = internal externally_initialized global ptr @w_actual
; CHECK-DAG: @w.addr = internal externally_initialized global ptr @w,
; CHECK-DAG: @w.local = internal alias i32 (), ptr @w

; CHECK: define weak i32 @w() [[ENTRY:#[0-9]+]]
; CHECK:   "i"(ptr @w.own)
; CHECK: define internal i32 @w_actual()
define weak i32 @w() {
  ret i32 1
}

; CHECK-LABEL: define hidden i32 @calls_actual()
; CHECK-NEXT:    [[W:%.*]] = load atomic ptr, ptr @w.slot
; CHECK-NEXT:    call i32 [[W]]()
define i32 @calls() {
  %r = call i32 @w()
  ret i32 %r
}

; Its address is the linker's choice as well.
; CHECK-LABEL: define hidden ptr @takes_actual()
; HOST-NEXT:     ret ptr @w
; MODULE-NEXT:   [[A:%.*]] = load ptr, ptr @w.addr
; MODULE-NEXT:   ret ptr [[A]]
define ptr @takes() {
  ret ptr @w
}

; In a section group that the linker may drop, it stays direct.
; CHECK: define weak void @grouped() comdat
$grouped = comdat any
define weak void @grouped() comdat {
  ret void
}

; CHECK: attributes [[ENTRY]] = { naked
