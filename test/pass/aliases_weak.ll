; An alias that the linker may replace is not its function: calls of it load a slot
; of its own, which starts as the linker's choice.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s
target triple = "x86_64-pc-linux-gnu"

; CHECK-DAG: @weak.slot = weak hidden externally_initialized global ptr @weak, {{.*}}comdat
; CHECK-DAG: @weak.addr = internal externally_initialized global ptr @weak,
; CHECK: @weak = weak alias void (), ptr @f
; CHECK: @strong = alias void (), ptr @f
; CHECK: @strong.slot = hidden alias ptr, ptr @f.slot
@weak = weak alias void (), ptr @f
@strong = alias void (), ptr @f

define void @f() {
  ret void
}

; CHECK-LABEL: define hidden void @user_actual()
; CHECK-NEXT:    [[W:%.*]] = load atomic ptr, ptr @weak.slot
; CHECK-NEXT:    call void [[W]]()
; CHECK-NEXT:    [[F:%.*]] = load atomic ptr, ptr @f.slot
; CHECK-NEXT:    call void [[F]]()
define void @user() {
  call void @weak()
  call void @strong()
  ret void
}
