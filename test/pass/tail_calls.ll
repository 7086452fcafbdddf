; A tail call whose convention may use up all registers jumps to an entry of this
; module, not through a pointer; other tail calls stay tail calls through slots.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>' %s | %{llc} -O0 -o /dev/null
target triple = "x86_64-pc-linux-gnu"

declare preserve_nonecc i64 @imported(i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64)
declare i64 @plain(i64)

; CHECK-LABEL: define hidden preserve_nonecc i64 @here_actual(
; CHECK:         musttail call preserve_nonecc i64 @imported.jump(
define preserve_nonecc i64 @here(i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f, i64 %g, i64 %h, i64 %i, i64 %j, i64 %k, i64 %l) {
  %r = musttail call preserve_nonecc i64 @imported(i64 %b, i64 %a, i64 %c, i64 %d, i64 %e, i64 %f, i64 %g, i64 %h, i64 %i, i64 %j, i64 %k, i64 %l)
  ret i64 %r
}

; CHECK-LABEL: define hidden preserve_nonecc i64 @again_actual(
; CHECK:         musttail call preserve_nonecc i64 @here(
define preserve_nonecc i64 @again(i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f, i64 %g, i64 %h, i64 %i, i64 %j, i64 %k, i64 %l) {
  %r = musttail call preserve_nonecc i64 @here(i64 %b, i64 %a, i64 %c, i64 %d, i64 %e, i64 %f, i64 %g, i64 %h, i64 %i, i64 %j, i64 %k, i64 %l)
  ret i64 %r
}

; CHECK-LABEL: define hidden i64 @usual_actual(
; CHECK:         [[PLAIN:%.*]] = load atomic ptr, ptr @plain.slot
; CHECK-NEXT:    musttail call i64 [[PLAIN]](
define i64 @usual(i64 %a) {
  %r = musttail call i64 @plain(i64 %a)
  ret i64 %r
}

; CHECK: define internal preserve_nonecc i64 @imported.jump(
; CHECK-NEXT:    call void asm sideeffect "jmpq *${0:c}(%rip)", "i"(ptr @imported.slot)
