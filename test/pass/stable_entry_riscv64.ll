; The stable entry of RISC-V loads the slot and jumps, touching t1 only.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>' %s | %{llc} -relocation-model=pic -o - | %{FileCheck} --check-prefix=ASM %s
target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "riscv64-unknown-linux-gnu"

; CHECK-LABEL: define void @f(
; CHECK-NEXT:    asm sideeffect "ld t1, $0\0A\09jr t1", "S"(ptr @f.slot)
; CHECK-NEXT:    unreachable
; CHECK-LABEL: define hidden void @f_actual(

; ASM-LABEL: {{^}}f:
; ASM:         auipc t1, %pcrel_hi(f.slot)
; ASM-NEXT:    ld t1, %pcrel_lo({{.*}})(t1)
; ASM-NEXT:    jr t1
define void @f() {
  ret void
}
