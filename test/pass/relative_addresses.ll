; How far away a function is, no fix-up can say: one warning, the module is left
; alone. Differences of labels lie within one version.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S < %s 2>%t.log | %{FileCheck} %s
; RUN: %{FileCheck} --check-prefix=LOG --input-file=%t.log %s
target triple = "x86_64-unknown-linux-gnu"

; LOG: warning: {{.*}}in function f void (): hot code reloading does not know relative addresses in data, as in 'Table'; the module is left as it is
; LOG-NOT: warning

; CHECK-NOT: hcr
@Table = constant [2 x i32] [i32 0, i32 trunc (i64 sub (i64 ptrtoint (ptr dso_local_equivalent @f to i64), i64 ptrtoint (ptr @Table to i64)) to i32)]

define void @f() {
  ret void
}
