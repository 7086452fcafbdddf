; Module binding: every module has slots of its own, and asks the runtime for
; the addresses that its code takes.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} %s
target triple = "x86_64-pc-linux-gnu"

; CHECK-DAG: @f.slot = internal externally_initialized global ptr @f_actual
; CHECK-DAG: @other.slot = internal externally_initialized global ptr @other
; Before binding, `&F` is this image's stable entry, or what the linker found.
; CHECK-DAG: @f.addr = internal externally_initialized global ptr @f.local
; CHECK-DAG: @other.addr = internal externally_initialized global ptr @other
; CHECK-DAG: @f.local = internal alias void (), ptr @f
; Nobody takes the address of these.
; CHECK-NOT: @called.addr
; CHECK-NOT: @user.addr
; A link of such objects pulls archive members: the references are strong.
; CHECK: declare void @other()
declare void @other()
declare void @called()

; CHECK-LABEL: define void @f()
; CHECK-NEXT:    asm sideeffect "jmpq *${0:c}(%rip)", "i"(ptr @f.slot)

; CHECK-LABEL: define hidden void @f_actual()
define void @f() {
  ret void
}

; CHECK-LABEL: define hidden void @user_actual(ptr %p)
; CHECK-NEXT:    load atomic ptr, ptr @f.slot monotonic
; CHECK-NEXT:    call void
; CHECK-NEXT:    load atomic ptr, ptr @other.slot monotonic
; CHECK-NEXT:    call void
; CHECK-NEXT:    load atomic ptr, ptr @called.slot monotonic
; CHECK-NEXT:    call void
; CHECK-NEXT:    [[F:%.*]] = load ptr, ptr @f.addr, align 8, !invariant.load
; CHECK-NEXT:    store ptr [[F]], ptr %p
; CHECK-NEXT:    [[O:%.*]] = load ptr, ptr @other.addr, align 8, !invariant.load
; CHECK-NEXT:    store ptr [[O]], ptr %p
define void @user(ptr %p) {
  call void @f()
  call void @other()
  call void @called()
  store ptr @f, ptr %p
  store ptr @other, ptr %p
  ret void
}
