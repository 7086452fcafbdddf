; The address of a block is in the body.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} %s
target triple = "x86_64-pc-linux-gnu"

; CHECK: @labels = internal constant [2 x ptr] [ptr blockaddress(@f_actual, %a), ptr blockaddress(@f_actual, %b)]
@labels = internal constant [2 x ptr] [ptr blockaddress(@f, %a), ptr blockaddress(@f, %b)]

; A table of labels belongs to its version of the code, also where the source
; forgot `const`: it is never a persistent variable.
; CHECK: @mutable = internal global [1 x ptr] [ptr blockaddress(@f_actual, %b)]
; CHECK-NOT: @mutable.ptr
; CHECK: @kept.ptr
; CHECK-NOT: @mutable.ptr
@mutable = internal global [1 x ptr] [ptr blockaddress(@f, %b)]
@kept = internal global i64 0

; CHECK-LABEL: define hidden i32 @f_actual(i64 %i)
; CHECK:         load ptr, ptr @mutable
define i32 @f(i64 %i) {
  %p = getelementptr [2 x ptr], ptr @labels, i64 0, i64 %i
  %t = load ptr, ptr %p
  %m = load ptr, ptr @mutable
  store i64 %i, ptr @kept
  indirectbr ptr %t, [label %a, label %b]
a:
  indirectbr ptr %m, [label %a, label %b]
b:
  ret i32 2
}
