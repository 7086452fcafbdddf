; Inline functions are called directly, so that they inline; where their address
; is used, an entry with a slot of its own takes their place.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} --check-prefixes=CHECK,HOST %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} --check-prefixes=CHECK,MODULE %s
target triple = "x86_64-pc-linux-gnu"

$method = comdat any
$called = comdat any
$vtable = comdat any
; CHECK-NOT: $called.entry
; HOST: $method.entry = comdat any

; HOST: @vtable = linkonce_odr unnamed_addr constant [1 x ptr] [ptr @method.entry], comdat
; MODULE: @vtable = linkonce_odr hidden unnamed_addr global [1 x ptr] [ptr @method.entry], comdat
@vtable = linkonce_odr unnamed_addr constant [1 x ptr] [ptr @method], comdat

; One slot in the program; one per module where modules are loaded.
; HOST: @method.slot = linkonce_odr hidden externally_initialized global ptr @method, {{.*}}comdat($method.entry)
; MODULE: @method.slot = internal externally_initialized global ptr @method
; CHECK-NOT: @called.slot

; The function keeps its name. An image calls its own copy.
; HOST-LABEL: define linkonce_odr void @method()
; MODULE-LABEL: define linkonce_odr hidden void @method()
define linkonce_odr void @method() comdat {
  ret void
}

; HOST-LABEL: define linkonce_odr void @called()
; MODULE-LABEL: define linkonce_odr hidden void @called()
define linkonce_odr void @called() comdat {
  ret void
}

; CHECK-LABEL: define hidden ptr @user_actual()
; CHECK-NEXT:    call void @method()
; CHECK-NEXT:    call void @called()
; HOST-NEXT:     ret ptr @method.entry
; MODULE-NEXT:   [[A:%.*]] = load ptr, ptr @method.addr
; MODULE-NEXT:   ret ptr [[A]]
define ptr @user() {
  call void @method()
  call void @called()
  ret ptr @method
}

; HOST-LABEL: define linkonce_odr hidden void @method.entry() {{.*}} comdat {
; MODULE-LABEL: define internal void @method.entry()
; CHECK-NEXT:    asm sideeffect "jmpq *${0:c}(%rip)", "i"(ptr @method.slot)
