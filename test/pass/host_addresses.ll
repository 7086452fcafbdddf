; Host binding: the address of a function, in code and in data, is the stable entry.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s
target triple = "x86_64-pc-linux-gnu"

; CHECK: @table = constant [2 x ptr] [ptr @f, ptr @s]
@table = constant [2 x ptr] [ptr @f, ptr @s]

define void @f() {
  ret void
}
define internal void @s() {
  ret void
}

; CHECK-LABEL: define hidden i1 @code_actual(ptr %p)
; CHECK-NEXT:    store ptr @f, ptr %p
; CHECK-NEXT:    %c = icmp eq ptr @s, %p
define i1 @code(ptr %p) {
  store ptr @f, ptr %p
  %c = icmp eq ptr @s, %p
  ret i1 %c
}
