; The stable entry of AArch64 loads the slot and branches, touching x16 only.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>' %s | %{llc} -relocation-model=pic -o - | %{FileCheck} --check-prefix=ASM %s
target datalayout = "e-m:e-i8:8:32-i16:16:32-i64:64-i128:128-n32:64-S128"
target triple = "aarch64-unknown-linux-gnu"

; CHECK-LABEL: define void @f(
; CHECK-NEXT:    asm sideeffect "adrp x16, $0\0A\09ldr x16, [x16, :lo12:$0]\0A\09br x16", "S"(ptr @f.slot)
; CHECK-NEXT:    unreachable
; CHECK-LABEL: define hidden void @f_actual(

; ASM-LABEL: {{^}}f:
; ASM:         adrp x16, f.slot
; ASM-NEXT:    ldr x16, [x16, :lo12:f.slot]
; ASM-NEXT:    br x16
define void @f() {
  ret void
}
