; Every kind of call goes through the slot and keeps what it was.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} --check-prefixes=CHECK,HOST %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} --check-prefixes=CHECK,MODULE %s
target triple = "x86_64-pc-linux-gnu"

%S = type { i64, i64, i64 }
declare void @throws()
declare void @quiet() nounwind
declare void @leaves() noreturn
declare void @swallows(ptr byval(%S) align 8, ptr sret(%S))
declare i32 @variadic(ptr, ...)
declare fastcc i32 @fast(i32)
declare i32 @unprototyped(...)
declare i32 @__gxx_personality_v0(...)

; What the declaration promised, the call promises.
; CHECK-LABEL: define hidden void @promises_actual()
; CHECK:         call void %{{.*}}() [[NOUNWIND:#[0-9]+]]
; CHECK:         call void %{{.*}}() [[NORETURN:#[0-9]+]]
; CHECK-NEXT:    unreachable
define void @promises() {
  call void @quiet()
  call void @leaves()
  unreachable
}

; CHECK-LABEL: define hidden void @invokes_actual()
; CHECK:         [[F:%.*]] = load atomic ptr, ptr @throws.slot
; CHECK-NEXT:    invoke void [[F]]()
; CHECK-NEXT:        to label %ok unwind label %pad
define void @invokes() personality ptr @__gxx_personality_v0 {
  invoke void @throws() to label %ok unwind label %pad
ok:
  ret void
pad:
  %l = landingpad { ptr, i32 } cleanup
  resume { ptr, i32 } %l
}

; CHECK-LABEL: define hidden i32 @tail_actual(i32 %x)
; CHECK:         [[F:%.*]] = load atomic ptr, ptr @tail.slot
; CHECK-NEXT:    [[R:%.*]] = musttail call i32 [[F]](i32 %x)
; CHECK-NEXT:    ret i32 [[R]]
define i32 @tail(i32 %x) {
  %r = musttail call i32 @tail(i32 %x)
  ret i32 %r
}

; CHECK-LABEL: define hidden i32 @conventions_actual(ptr %p)
; CHECK:         call void %{{.*}}(ptr byval(%S) align 8 %p, ptr sret(%S) %p)
; CHECK:         call i32 (ptr, ...) %{{.*}}(ptr %p, i32 1, double 2.0{{.*}})
; CHECK:         call fastcc i32 %{{.*}}(i32 3)
define i32 @conventions(ptr %p) {
  call void @swallows(ptr byval(%S) align 8 %p, ptr sret(%S) %p)
  call i32 (ptr, ...) @variadic(ptr %p, i32 1, double 2.0)
  %r = call fastcc i32 @fast(i32 3)
  ret i32 %r
}

; A call with another type (K&R C) knows nothing of the callee: it is a use of the address.
; CHECK-LABEL: define hidden i32 @mismatched_actual()
; HOST-NEXT:     call i32 @tail(ptr null, i32 2)
; HOST-NEXT:     call i32 @unprototyped(i32 2)
; MODULE-NEXT:   [[T:%.*]] = load ptr, ptr @tail.addr
; MODULE-NEXT:   call i32 [[T]](ptr null, i32 2)
; MODULE-NEXT:   [[U:%.*]] = load ptr, ptr @unprototyped.addr
; MODULE-NEXT:   call i32 [[U]](i32 2)
define i32 @mismatched() {
  %r = call i32 @tail(ptr null, i32 2)
  %s = call i32 @unprototyped(i32 2)
  ret i32 %s
}

; CHECK: attributes [[NOUNWIND]] = { nounwind }
; CHECK: attributes [[NORETURN]] = { noreturn }
