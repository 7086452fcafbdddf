; ThreadSanitizer learns that the functions of an image come after its data; nothing is added otherwise.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<image>,verify' -S %s | %{FileCheck} %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} %s --check-prefix=NONE
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s --check-prefix=NONE
target triple = "x86_64-pc-linux-gnu"

; CHECK-LABEL: define void @f() #
; CHECK-NOT:     tsan
; CHECK-LABEL: define hidden void @f_actual()
; CHECK-NEXT:    call void @__tsan_acquire(ptr @hcr.state)
; CHECK-NEXT:    ret void
define void @f() sanitize_thread {
  ret void
}
; CHECK-LABEL: define hidden void @unseen_actual()
; CHECK-NEXT:    ret void
define void @unseen() {
  ret void
}
; CHECK-LABEL: define internal void @hcr.init()
; CHECK:         call void @__tsan_release(ptr @hcr.state)
; CHECK-NEXT:    ret void
; CHECK-LABEL: define internal void @hcr.dat_init()
; CHECK:         call void @__tsan_release(ptr @hcr.state)
; CHECK-NEXT:    ret void
; NONE-NOT: tsan
