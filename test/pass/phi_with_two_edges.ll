; A PHI with two edges from one block needs one value for both.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s | %{FileCheck} %s
target triple = "x86_64-pc-linux-gnu"

@g = global i32 0
declare void @fn()

; CHECK-LABEL: define hidden ptr @f_actual(i32 %x)
; CHECK:         [[G:%.*]] = load ptr, ptr @g.ptr
; CHECK-NEXT:    switch
; CHECK:         phi ptr [ [[G]], %entry ], [ [[G]], %entry ], [ [[F:%.*]], %other ]
define ptr @f(i32 %x) {
entry:
  switch i32 %x, label %other [ i32 1, label %join
                                i32 2, label %join ]
other:
  br label %join
join:
  %p = phi ptr [ @g, %entry ], [ @g, %entry ], [ @fn, %other ]
  ret ptr %p
}
