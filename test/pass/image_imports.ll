; An image refers to nothing strongly: what the runtime does not know, the
; dynamic linker may, and neither is an error at load time.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module;image>,verify' -S %s | %{FileCheck} %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<image>,verify' -S %s | %{FileCheck} %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} --check-prefix=PROGRAM %s
target triple = "x86_64-pc-linux-gnu"

; CHECK: @variable = extern_weak global i32
; CHECK: @thread = extern_weak thread_local global i32
; CHECK: declare extern_weak void @function()
; PROGRAM: @variable = external global i32
; PROGRAM: @thread = external thread_local global i32
; PROGRAM: declare void @function()
@variable = external global i32
@thread = external thread_local global i32
declare void @function()
declare ptr @llvm.threadlocal.address.p0(ptr)

define i32 @user() {
  call void @function()
  %t = call ptr @llvm.threadlocal.address.p0(ptr @thread)
  %a = load i32, ptr %t
  %b = load i32, ptr @variable
  %c = add i32 %a, %b
  ret i32 %c
}
