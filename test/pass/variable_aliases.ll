; Another name of a variable is that variable, in code and in data: an image has
; no storage of its own to which the other name could lead.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<image>,verify' -S %s -o %t.ll
; RUN: %{FileCheck} --input-file=%t.ll %s
; RUN: %{clang} -shared -fPIC %t.ll -o %t.so
; RUN: %{python} %S/Inputs/table.py %t.so | grep '^fixup' | %{FileCheck} --check-prefix=TABLE %s
; RUN: %{python} %S/Inputs/table.py %t.so | %{FileCheck} --check-prefix=ROWS %s
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"
@g = global [2 x i32] zeroinitializer
@other = alias [2 x i32], ptr @g
@second = alias i32, getelementptr ([2 x i32], ptr @g, i64 0, i64 1)
@weak = weak alias [2 x i32], ptr @g
; Other modules may know it by any of its names.
; ROWS: global g: flags program, size 8, align 4, pointer g.ptr, initial [[G:.*]], fresh -
; ROWS: global other: flags program,alias, size 8, align 1, pointer other.ptr, initial [[G]], fresh -
; ROWS: global second: flags program,alias, size 4, align 1, pointer second.ptr, initial second, fresh -
; ROWS: global weak: flags program,inline,alias, size 8, align 1, pointer weak.ptr, initial [[G]], fresh -
; TABLE: fixup : place p, symbol g, addend 0
; TABLE: fixup : place q, symbol g, addend 4
@p = global ptr @other
@q = global ptr @second

; CHECK-LABEL: define hidden void @f_actual(ptr %out)
; CHECK-NEXT:    [[G:%.*]] = load ptr, ptr @g.ptr
; CHECK-NEXT:    store i32 1, ptr [[G]]
; CHECK-NEXT:    [[H:%.*]] = load ptr, ptr @g.ptr
; CHECK-NEXT:    [[S:%.*]] = getelementptr [2 x i32], ptr [[H]], i64 0, i64 1
; CHECK-NEXT:    store i32 2, ptr [[S]]
; What the linker may replace is another variable.
; CHECK-NEXT:    [[W:%.*]] = load ptr, ptr @weak.ptr
; CHECK-NEXT:    store i32 3, ptr [[W]]
define void @f(ptr %out) {
  store i32 1, ptr @other
  store i32 2, ptr @second
  store i32 3, ptr @weak
  ret void
}
