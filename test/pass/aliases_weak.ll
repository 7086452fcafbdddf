; An alias that the linker may replace is not its function: calls of it stay.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s
target triple = "x86_64-pc-linux-gnu"

; CHECK-NOT: weak.slot
; CHECK: @weak = weak alias void (), ptr @f
; CHECK: @strong = alias void (), ptr @f
; CHECK: @strong.slot = hidden alias ptr, ptr @f.slot
@weak = weak alias void (), ptr @f
@strong = alias void (), ptr @f

define void @f() {
  ret void
}

; CHECK-LABEL: define hidden void @user_actual()
; CHECK-NEXT:    call void @weak()
; CHECK-NEXT:    [[F:%.*]] = load atomic ptr, ptr @f.slot
; CHECK-NEXT:    call void [[F]]()
define void @user() {
  call void @weak()
  call void @strong()
  ret void
}
