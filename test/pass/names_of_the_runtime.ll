; Calls of the runtime stay direct; a function of the user whose name only starts alike does not.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s
target triple = "x86_64-pc-linux-gnu"
declare void @hcrPerformCodeReload()
declare void @hcr_reload()
declare void @hcreal()
declare void @hcrOn()
; CHECK-LABEL: define hidden void @user_actual()
; CHECK-NEXT:    call void @hcrPerformCodeReload()
; CHECK-NEXT:    call void @hcr_reload()
; CHECK-NEXT:    [[F:%.*]] = load atomic ptr, ptr @hcreal.slot
; CHECK-NEXT:    call void [[F]]()
; CHECK-NEXT:    [[G:%.*]] = load atomic ptr, ptr @hcrOn.slot
; CHECK-NEXT:    call void [[G]]()
define void @user() {
  call void @hcrPerformCodeReload()
  call void @hcr_reload()
  call void @hcreal()
  call void @hcrOn()
  ret void
}
