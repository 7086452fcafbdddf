; Thread-locals: a host program uses them directly and lists an accessor; a
; loaded module asks the accessor of whoever owns the storage.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} --check-prefix=HOST %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} --check-prefix=MODULE %s
target triple = "x86_64-pc-linux-gnu"

@t = thread_local global i32 1
@elsewhere = external thread_local global i32
declare ptr @llvm.threadlocal.address.p0(ptr)

; HOST-NOT: @t.tls.slot
; HOST-NOT: @elsewhere.tls
; MODULE: @t.tls.slot = internal externally_initialized global ptr @t.tls
; MODULE: @elsewhere.tls.slot = internal externally_initialized global ptr @elsewhere.tls

; HOST-LABEL: define hidden i32 @f_actual()
; HOST-NEXT:    %a = call ptr @llvm.threadlocal.address.p0(ptr @t)
; HOST-NEXT:    load i32, ptr %a
; HOST-NEXT:    call ptr @llvm.threadlocal.address.p0(ptr @elsewhere)

; MODULE-LABEL: define hidden i32 @f_actual()
; MODULE-NEXT:    [[T:%.*]] = load atomic ptr, ptr @t.tls.slot monotonic
; MODULE-NEXT:    [[A:%.*]] = call ptr [[T]]() [[NOUNWIND:#[0-9]+]]
; MODULE-NEXT:    load i32, ptr [[A]]
; MODULE-NEXT:    load atomic ptr, ptr @elsewhere.tls.slot
; MODULE-NOT:     threadlocal.address
; MODULE:         ret i32
define i32 @f() {
  %a = call ptr @llvm.threadlocal.address.p0(ptr @t)
  %v = load i32, ptr %a
  %b = call ptr @llvm.threadlocal.address.p0(ptr @elsewhere)
  %w = load i32, ptr %b
  %s = add i32 %v, %w
  ret i32 %s
}

; HOST-LABEL: define internal ptr @t.tls()
; HOST-SAME:    [[ACCESSOR:#[0-9]+]] {
; HOST-NEXT:    [[A:%.*]] = call ptr @llvm.threadlocal.address.p0(ptr @t)
; HOST-NEXT:    ret ptr [[A]]
; MODULE-LABEL: define internal ptr @t.tls()
; MODULE-SAME:    [[ACCESSOR:#[0-9]+]] {
; MODULE-NEXT:    call ptr @llvm.threadlocal.address.p0(ptr @t)
; MODULE-LABEL: define internal ptr @elsewhere.tls()
; MODULE-SAME:    [[ACCESSOR]] {
; MODULE-NEXT:    call ptr @llvm.threadlocal.address.p0(ptr @elsewhere)
; HOST: attributes [[ACCESSOR]] = { noinline nounwind }
; MODULE: attributes [[ACCESSOR]] = { noinline nounwind }
