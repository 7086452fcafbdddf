; Statics of one name in one C function are numbered within that function, not
; through the module.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s
target triple = "x86_64-pc-linux-gnu"

; CHECK-DAG: @f.n.ptr = {{.*}} @f.n
; CHECK-DAG: @f.n.1.ptr = {{.*}} @f.n.1
; CHECK-DAG: @f.n.2.ptr = {{.*}} @f.n.2
; CHECK-DAG: @g.n.1.ptr = {{.*}} @g.n.1
; CHECK-DAG: @h.7.ptr = {{.*}} @h.7
@f.n = internal global i32 1
@f.n.4 = internal global i32 2
@f.n.2 = internal global i32 3
@g.n = internal global i32 4
@g.n.5 = internal global i32 5
@h.7 = internal global i32 6

define void @f() {
  store i32 1, ptr @f.n
  store i32 2, ptr @f.n.4
  store i32 3, ptr @f.n.2
  store i32 5, ptr @g.n.5
  store i32 6, ptr @h.7
  ret void
}
