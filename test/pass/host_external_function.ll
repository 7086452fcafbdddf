; Host binding: an external function becomes slot, body and stable entry; calls of it load the slot.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s
target triple = "x86_64-pc-linux-gnu"

; The slot is strong and hidden: one in the program, where the function is.
; CHECK: @f.slot = hidden externally_initialized global ptr @f_actual

; The stable entry has the function's own name and linkage; it is in front of the body.
; CHECK-LABEL: define i32 @f(i32 %0)
; CHECK-SAME:    [[NAKED:#[0-9]+]]
; CHECK-NEXT:    call void asm sideeffect "jmpq *${0:c}(%rip)", "i"(ptr @f.slot)
; CHECK-NEXT:    unreachable

; The body keeps everything but the name, and is not for other images.
; CHECK-LABEL: define hidden i32 @f_actual(i32 %x)
; CHECK-NEXT:    %y = add i32 %x, 1
; CHECK-NEXT:    ret i32 %y
define i32 @f(i32 %x) {
  %y = add i32 %x, 1
  ret i32 %y
}

; A call loads the current body, atomically, and calls it.
; CHECK-LABEL: define hidden i32 @g_actual
; CHECK-NEXT:    [[F:%.*]] = load atomic ptr, ptr @f.slot monotonic, align 8, !nosanitize
; CHECK-NEXT:    %r = call i32 [[F]](i32 7)
define i32 @g() {
  %r = call i32 @f(i32 7)
  ret i32 %r
}

; CHECK: attributes [[NAKED]] = { naked noinline nounwind }
