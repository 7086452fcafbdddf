; Checked indirect calls (-fsanitize=cfi, kcfi, function) find the type of a function at its stable entry.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} %s
target triple = "x86_64-pc-linux-gnu"

; CHECK: define void @f() [[A:#[0-9]+]] !type ![[TYPE:[0-9]+]] !kcfi_type ![[KCFI:[0-9]+]] {
; CHECK: define linkonce_odr hidden void @inline.entry() {{.*}} !type ![[TYPE]]
; CHECK: ![[TYPE]] = !{i64 0, !"_ZTSFvvE"}
; CHECK: ![[KCFI]] = !{i32 123}
define void @f() !type !0 !kcfi_type !1 {
  ret void
}
$inline = comdat any
define linkonce_odr void @inline() comdat !type !0 {
  ret void
}
@p = global ptr @inline
!0 = !{i64 0, !"_ZTSFvvE"}
!1 = !{i32 123}
