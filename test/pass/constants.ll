; A constant belongs to its version, so code reads it directly, unless its
; address can be kept or compared: then there is a pointer for it.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} --check-prefixes=CHECK,MODULE %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} --check-prefixes=CHECK,HOST %s
target triple = "x86_64-pc-linux-gnu"

@visible = constant i32 1
@read = internal constant [2 x i32] [i32 1, i32 2]
@copied = internal constant [2 x i32] [i32 3, i32 4]
@kept = internal constant i32 5
@mergeable = unnamed_addr constant i32 6
@.str = private unnamed_addr constant [2 x i8] c"a\00"

; CHECK-NOT: @read.ptr
; CHECK-NOT: @copied.ptr
; CHECK-NOT: @mergeable.ptr
; CHECK-NOT: @.str.ptr
; CHECK: @visible.ptr =
; CHECK: @kept.ptr = internal

; CHECK-LABEL: define hidden ptr @f_actual(ptr %p, i64 %i)
; MODULE-NEXT:   [[V:%.*]] = load ptr, ptr @visible.ptr
; MODULE-NEXT:   load i32, ptr [[V]]
; HOST-NEXT:     load i32, ptr @visible
; CHECK-NEXT:    getelementptr [2 x i32], ptr @read, i64 0, i64 %i
; CHECK-NEXT:    load i32
; CHECK-NEXT:    call void @llvm.memcpy.p0.p0.i64(ptr %p, ptr @copied, i64 8, i1 false)
; CHECK-NEXT:    store ptr @.str, ptr %p
; MODULE-NEXT:   [[K:%.*]] = load ptr, ptr @kept.ptr
; MODULE-NEXT:   ret ptr [[K]]
; HOST-NEXT:     ret ptr @kept
define ptr @f(ptr %p, i64 %i) {
  %v = load i32, ptr @visible
  %e = getelementptr [2 x i32], ptr @read, i64 0, i64 %i
  %r = load i32, ptr %e
  call void @llvm.memcpy.p0.p0.i64(ptr %p, ptr @copied, i64 8, i1 false)
  store ptr @.str, ptr %p
  ret ptr @kept
}
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
