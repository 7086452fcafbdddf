; Addresses inside constant expressions are reached through pointers as well.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>' -pass-remarks-missed=hcr -disable-output %s 2>&1 | %{FileCheck} --check-prefix=REMARK %s
target triple = "x86_64-pc-linux-gnu"

@array = global [4 x i32] zeroinitializer

; CHECK-LABEL: define hidden i32 @f_actual()
; CHECK-NOT:     @array,
; CHECK:         [[A:%.*]] = load ptr, ptr @array.ptr
; CHECK-NEXT:    [[E:%.*]] = getelementptr [4 x i32], ptr [[A]], i64 0, i64 2
; CHECK-NEXT:    load i32, ptr [[E]]
; CHECK:         ptrtoint ptr %{{.*}} to i64
define i32 @f() {
  %v = load i32, ptr getelementptr ([4 x i32], ptr @array, i64 0, i64 2)
  %i = trunc i64 ptrtoint (ptr @array to i64) to i32
  %r = add i32 %v, %i
  ret i32 %r
}

; What must be a constant stays one: the operand of "i" in inline assembly. So
; that all code uses the same variable, it is direct everywhere, and the
; runtime is told (`direct`) that a new version would have another one.
; CHECK-LABEL: define hidden void @asm_actual()
; CHECK-NEXT:    asm sideeffect "# $0", "i"(ptr getelementptr inbounds ([4 x i32], ptr @named, i64 0, i64 1))
; CHECK-NEXT:    asm sideeffect "# $0", "i"(ptr @named)
; CHECK-NEXT:    store i32 1, ptr @named
; CHECK-NEXT:    ret void
; REMARK: 'named' is not reloadable: it is marked HCR_NONRELOADABLE or named in inline assembly
@named = global [4 x i32] zeroinitializer
define void @asm() {
  call void asm sideeffect "# $0", "i"(ptr getelementptr inbounds ([4 x i32], ptr @named, i64 0, i64 1))
  call void asm sideeffect "# $0", "i"(ptr @named)
  store i32 1, ptr @named
  ret void
}
