; Variables are reached through pointers that the linker (host) or the runtime
; (module) fills once, so loads of them are invariant.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} --check-prefixes=CHECK,HOST %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} --check-prefixes=CHECK,MODULE %s
target triple = "x86_64-pc-linux-gnu"

; The variable itself stays where it is: it is the storage, or the initial value.
; CHECK: @external = global i32 1, align 4
; CHECK: @internal = internal global i64 2
@external = global i32 1, align 4
@internal = internal global i64 2, align 8

; An image must not share the storage of an inline or tentative definition with
; others by accident: only the runtime says whose it is.
; HOST: @inline = linkonce_odr global i32 3
; MODULE: @inline = linkonce_odr hidden global i32 3
$inline = comdat any
@inline = linkonce_odr global i32 3, comdat
; HOST: @tentative = common global i32 0
; MODULE: @tentative = weak protected global i32 0
@tentative = common global i32 0

@imported = external global i32
@maybe = extern_weak global i32
@imported_constant = external constant i32
@unused_import = external global i32

; HOST: @external.ptr = linkonce_odr hidden externally_initialized global ptr @external, no_sanitize_address, {{.*}}comdat
; MODULE: @external.ptr = internal externally_initialized global ptr @external, no_sanitize_address
; CHECK: @internal.ptr = internal externally_initialized global ptr @internal
; HOST: @inline.ptr = linkonce_odr hidden externally_initialized global ptr @inline
; HOST: @tentative.ptr = linkonce_odr hidden externally_initialized global ptr @tentative
; HOST: @imported.ptr = linkonce_odr hidden externally_initialized global ptr @imported
; MODULE: @imported.ptr = internal externally_initialized global ptr @imported
; CHECK-NOT: @unused_import.ptr

; CHECK-LABEL: define hidden i32 @f_actual(i32 %x)
; CHECK-NEXT:    [[E:%.*]] = load ptr, ptr @external.ptr, align 8, !invariant.load ![[EMPTY:[0-9]+]], !nonnull ![[EMPTY]], !align ![[FOUR:[0-9]+]], !noundef ![[EMPTY]], !nosanitize ![[EMPTY]]
; CHECK-NEXT:    store i32 %x, ptr [[E]]
; CHECK-NEXT:    [[I:%.*]] = load ptr, ptr @internal.ptr, {{.*}}!align ![[EIGHT:[0-9]+]]
; CHECK-NEXT:    %i = load i64, ptr [[I]]
; CHECK-NEXT:    load ptr, ptr @inline.ptr, align 8, !invariant.load
; CHECK-NEXT:    load i32
; CHECK-NEXT:    load ptr, ptr @tentative.ptr, align 8, !invariant.load
; CHECK-NEXT:    load i32
; CHECK-NEXT:    load ptr, ptr @imported.ptr, align 8, !invariant.load
; CHECK-NEXT:    load i32
define i32 @f(i32 %x) {
  store i32 %x, ptr @external
  %i = load i64, ptr @internal
  %n = load i32, ptr @inline
  %t = load i32, ptr @tentative
  %m = load i32, ptr @imported
  ret i32 %x
}

; What may be absent may be null.
; CHECK-LABEL: define hidden i1 @optional_actual()
; CHECK-NEXT:    [[M:%.*]] = load ptr, ptr @maybe.ptr, align 8, !invariant.load ![[EMPTY]], !nosanitize ![[EMPTY]]{{$}}
; CHECK-NEXT:    icmp eq ptr [[M]], null
define i1 @optional() {
  %c = icmp eq ptr @maybe, null
  ret i1 %c
}

; A constant's module may bring a new one, so its address may change.
; CHECK-LABEL: define hidden i32 @constant_actual()
; CHECK-NEXT:    load atomic ptr, ptr @imported_constant.ptr monotonic
define i32 @constant() {
  %v = load i32, ptr @imported_constant
  ret i32 %v
}

; CHECK-DAG: ![[EMPTY]] = !{}
; CHECK-DAG: ![[FOUR]] = !{i64 4}
; CHECK-DAG: ![[EIGHT]] = !{i64 8}
