; An image does without tail jumps, so that a crash finds on the stack who gave the bad argument; but not where somebody may rely on them.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module;image>,verify' -S %s | %{FileCheck} %s --check-prefixes=CHECK,IMAGE
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} %s --check-prefixes=CHECK,FIRST
target triple = "x86_64-pc-linux-gnu"

declare i64 @imported(i64)
declare i64 @strlen(ptr)

; CHECK-LABEL: define hidden i64 @leaf_actual(
define i64 @leaf(i64 %n) {
  ret i64 %n
}

; Through a slot, to this module and to another one.
; CHECK-LABEL: define hidden i64 @ends_actual(
; IMAGE-SAME:    #[[KEPT:[0-9]+]] {
; IMAGE:         notail call i64 %{{[0-9]+}}(i64 1)
; IMAGE:         notail call i64 %{{[0-9]+}}(i64 2)
; FIRST-NOT:     notail
define i64 @ends(i64 %n) {
  %a = tail call i64 @leaf(i64 1)
  %b = tail call i64 @imported(i64 2)
  ret i64 %b
}

; A call of the library can still be simplified.
; CHECK-LABEL: define hidden i64 @library_actual(
; IMAGE-SAME:    #[[KEPT]] {
; CHECK:         tail call i64 @strlen(
define i64 @library(ptr %p) {
  %r = tail call i64 @strlen(ptr %p)
  ret i64 %r
}

; An interpreter may go on by pointers for ever; what else it calls returns.
; CHECK-LABEL: define hidden i64 @pointer_actual(
; IMAGE-NOT:     #[[KEPT]]
; IMAGE:         notail call i64 %{{[0-9]+}}(i64 1)
; CHECK:         {{ }}tail call i64 %next(i64 %n)
define i64 @pointer(ptr %next, i64 %n) {
  %a = tail call i64 @leaf(i64 1)
  %r = tail call i64 %next(i64 %n)
  ret i64 %r
}

; Recursion, of one function and of two.
; CHECK-LABEL: define hidden i64 @self_actual(
; CHECK:         {{ }}tail call i64 %{{[0-9]+}}(i64 3)
define i64 @self(i64 %n) {
  %r = tail call i64 @self(i64 3)
  ret i64 %r
}
; CHECK-LABEL: define hidden i64 @even_actual(
; CHECK:         {{ }}tail call i64 %{{[0-9]+}}(i64 4)
define i64 @even(i64 %n) {
  %r = tail call i64 @odd(i64 4)
  ret i64 %r
}
; CHECK-LABEL: define hidden i64 @odd_actual(
; CHECK:         {{ }}tail call i64 %{{[0-9]+}}(i64 5)
define i64 @odd(i64 %n) {
  %r = tail call i64 @even(i64 5)
  ret i64 %r
}

; CHECK-LABEL: define hidden i64 @must_actual(
; CHECK:         musttail call i64 %{{[0-9]+}}(i64 %n)
define i64 @must(i64 %n) {
  %r = musttail call i64 @leaf(i64 %n)
  ret i64 %r
}

; IMAGE: attributes #[[KEPT]] = { {{.*}}"disable-tail-calls"="true"
