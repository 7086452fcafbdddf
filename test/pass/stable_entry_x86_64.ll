; The stable entry of x86-64 is one jump, behind the landing pad where -fcf-protection wants one, in front of the body.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>' %s | %{llc} -relocation-model=pic -o - | %{FileCheck} %s
target triple = "x86_64-pc-linux-gnu"

; CHECK-LABEL: {{^}}f:
; CHECK:         endbr64
; CHECK-NOT:     push
; CHECK:         jmpq *f.slot(%rip)
; CHECK-NEXT:    #NO_APP
; CHECK-NEXT:  .Lfunc_end
; CHECK-LABEL: {{^}}f_actual:
; CHECK:         endbr64
define void @f() {
  ret void
}
!llvm.module.flags = !{!0}
!0 = !{i32 8, !"cf-protection-branch", i32 1}
