; What stays direct: no slot, no entry, calls as they were; a remark says why.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -pass-remarks-missed=hcr -S %s 2>%t.log | %{FileCheck} %s
; RUN: %{FileCheck} --check-prefix=LOG --input-file=%t.log %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} %s
; Nobody asked, nothing is said:
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>' -disable-output %s 2>&1 | %{FileCheck} --check-prefix=SILENT --allow-empty %s
; SILENT-NOT: {{.}}
target triple = "x86_64-pc-linux-gnu"

; CHECK-NOT: slot =
; CHECK: @calls.slot
; CHECK-NOT: slot =
; CHECK: @if = ifunc void (), ptr @resolver

@if = ifunc void (), ptr @resolver

@llvm.global.annotations = appending global [1 x { ptr, ptr, ptr, i32, ptr }] [{ ptr, ptr, ptr, i32, ptr } { ptr @marked, ptr @.text, ptr @.file, i32 1, ptr null }], section "llvm.metadata"
@.text = private constant [18 x i8] c"hcr.nonreloadable\00", section "llvm.metadata"
@.file = private constant [2 x i8] c"f\00", section "llvm.metadata"

module asm ".globl asm_caller"
module asm "asm_caller: jmp named_at_top"

; LOG: remark: {{.*}}'main' is not reloadable: the body of main is not replaced; its calls are
; CHECK-LABEL: define i32 @main()
; CHECK:         load atomic ptr, ptr @calls.slot
define i32 @main() {
  call void @calls()
  ret i32 0
}

; LOG: 'naked' is not reloadable: a naked function has no calling convention to keep
define void @naked() naked {
  call void asm sideeffect "ret", ""()
  unreachable
}

; LOG: 'inlined' is not reloadable: it is always_inline
define internal void @inlined() alwaysinline {
  ret void
}

; LOG: 'grouped' is not reloadable: the linker may discard it
$grouped = comdat any
define weak void @grouped() comdat {
  ret void
}

; LOG: 'resolver' is not reloadable: it resolves an ifunc, before slots are relocated
define internal ptr @resolver() {
  call void @grouped()
  ret ptr @grouped
}

; LOG: 'named' is not reloadable: inline assembly names it
define void @named() {
  ret void
}

; LOG: 'named_at_top' is not reloadable: inline assembly names it
define void @named_at_top() {
  ret void
}

; LOG: 'marked' is not reloadable: it is marked HCR_NONRELOADABLE
define void @marked() {
  ret void
}

; LOG: 'person' is not reloadable: it is a personality function
define internal i32 @person(...) {
  ret i32 0
}

; LOG-NOT: 'elsewhere'
define available_externally void @elsewhere() {
  ret void
}

; LOG: '__cxx_global_array_dtor' is not reloadable: the compiler made it
define internal void @__cxx_global_array_dtor(ptr %p) {
  ret void
}
; LOG-NOT: remark

declare i64 @strlen(ptr)
declare i32 @setjmp(ptr) returns_twice

; CHECK-LABEL: define hidden void @calls_actual()
; CHECK-NEXT:    call void @naked()
; CHECK-NEXT:    call void @inlined()
; CHECK-NEXT:    call void @grouped()
; CHECK-NEXT:    call void asm sideeffect "call named", ""()
; CHECK-NEXT:    call void @named()
; CHECK-NEXT:    call void @named_at_top()
; CHECK-NEXT:    call void @marked()
; CHECK-NEXT:    call void @elsewhere()
; CHECK-NEXT:    call void @if()
; CHECK-NEXT:    call void @__cxx_global_array_dtor(ptr null)
; CHECK-NEXT:    call i64 @strlen(ptr null)
; CHECK-NEXT:    call i32 @setjmp(ptr null)
; CHECK-NEXT:    ret void
define void @calls() personality ptr @person {
  call void @naked()
  call void @inlined()
  call void @grouped()
  call void asm sideeffect "call named", ""()
  call void @named()
  call void @named_at_top()
  call void @marked()
  call void @elsewhere()
  call void @if()
  call void @__cxx_global_array_dtor(ptr null)
  call i64 @strlen(ptr null)
  call i32 @setjmp(ptr null)
  ret void
}
