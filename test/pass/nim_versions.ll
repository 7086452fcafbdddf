; C that Nim generated: what Nim counts through belongs to one version, and each load of an image fills type information.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<image>,verify' -S %s | %{FileCheck} --check-prefixes=CHECK,IMAGE %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} --check-prefixes=CHECK,HOST %s
; In other files these names mean nothing.
; RUN: sed 's/^source_filename.*/source_filename = "m.c"/' %s | %{opt} -load-pass-plugin=%{pass} -passes='hcr<image>,verify' -S | %{FileCheck} --check-prefix=OTHER %s
source_filename = "nc/@mm.nim.c"
target triple = "x86_64-pc-linux-gnu"

%type = type { i64, ptr, ptr }

; Type information persists.
; CHECK: @NTIref__h_ = hidden global %type zeroinitializer
; IMAGE: @NTIref__h_.ptr = internal
; CHECK-NOT: @{{.*}}TM__{{.*}}.ptr =
; OTHER-DAG: @TM__h_3.ptr =
; OTHER-DAG: @m_DatInit000.TM__h_0.ptr =
@NTIref__h_ = hidden global %type zeroinitializer
; OTHER-DAG: @Nim_OfCheck_CACHE3.ptr =
; CHECK-NOT: @{{.*}}Nim_OfCheck_CACHE{{.*}}.ptr =
@Nim_OfCheck_CACHE3 = internal global [2 x ptr] zeroinitializer
@TM__h_3 = internal constant { i64, [3 x i8] } { i64 2, [3 x i8] c"hi\00" }
@TM__h_5 = internal global ptr null
@m_DatInit000.TM__h_0 = internal global [2 x ptr] zeroinitializer
@name__m_1 = hidden global ptr null

declare void @nimRegisterGlobalMarker(ptr)
declare void @nimGCvisit(ptr, i64)

; What the collector has been given is the body itself.
; CHECK-LABEL: define internal void @TM__h_2()
; CHECK-NEXT:    load ptr, ptr @name__m_1.ptr
; CHECK-NOT: @TM__h_2_actual
; CHECK-LABEL: define internal void @Marker_tyRef__h(
; OTHER-DAG: @TM__h_2.slot =
define internal void @TM__h_2() {
  %v = load ptr, ptr @name__m_1
  call void @nimGCvisit(ptr %v, i64 0)
  ret void
}
define internal void @Marker_tyRef__h(ptr %p, i64 %op) {
  call void @nimGCvisit(ptr %p, i64 %op)
  ret void
}

; CHECK-LABEL: define hidden void @m_Init000_actual()
; CHECK:         call void {{.*}}(ptr @TM__h_2)
; CHECK:         store ptr @TM__h_3,
define hidden void @m_Init000() {
  call void @nimRegisterGlobalMarker(ptr @TM__h_2)
  store ptr @TM__h_3, ptr @name__m_1
  store ptr @TM__h_3, ptr @TM__h_5
  store ptr @TM__h_3, ptr @Nim_OfCheck_CACHE3
  ret void
}

; CHECK-LABEL: define hidden void @m_DatInit000_actual()
; CHECK:         store ptr @m_DatInit000.TM__h_0,
; CHECK:         store ptr @Marker_tyRef__h,
define hidden void @m_DatInit000() {
  store ptr @m_DatInit000.TM__h_0, ptr getelementptr (%type, ptr @NTIref__h_, i64 0, i32 1)
  store ptr @Marker_tyRef__h, ptr getelementptr (%type, ptr @NTIref__h_, i64 0, i32 2)
  ret void
}

; IMAGE-LABEL: define internal void @hcr.init()
; IMAGE-NEXT:    [[F:%.*]] = load atomic ptr, ptr @m_DatInit000.slot
; IMAGE-NEXT:    call void [[F]]()
; IMAGE-NEXT:    ret void
; HOST-NOT: @hcr.init
; OTHER-LABEL: define internal void @hcr.init()
; OTHER-NEXT:    ret void
