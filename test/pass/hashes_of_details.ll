; Every part of an instruction that changes what it does changes the hash.
; Each function differs from the first in one such part.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' %s -o %t.bc
; RUN: %{clang} -shared -fPIC %t.bc -o %t.so
; RUN: for f in base predicate flag rmw volatile ordering address swapped callee cast convention; do %{python} %S/Inputs/table.py %t.so --key $f hash; done | sort -u | wc -l | %{FileCheck} %s
; CHECK: {{^11$}}
; Names of values do not.
; RUN: for f in base renamed; do %{python} %S/Inputs/table.py %t.so --key $f hash; done | sort -u | wc -l | %{FileCheck} --check-prefix=SAME %s
; SAME: {{^1$}}
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"
declare i32 @g(i32)
declare i32 @h(i32)
define i32 @base(ptr %p, i32 %x) {
  %a = add i32 %x, 1
  %c = icmp slt i32 %a, %x
  %z = zext i1 %c to i32
  %r = atomicrmw add ptr %p, i32 %z seq_cst
  %l = load i32, ptr %p
  %d = sub i32 %l, %r
  %e = call i32 @g(i32 %d)
  ret i32 %e
}
define i32 @renamed(ptr %p, i32 %x) {
  %a = add i32 %x, 1
  %c = icmp slt i32 %a, %x
  %z = zext i1 %c to i32
  %r = atomicrmw add ptr %p, i32 %z seq_cst
  %l = load i32, ptr %p
  %difference = sub i32 %l, %r
  %e = call i32 @g(i32 %difference)
  ret i32 %e
}
define i32 @predicate(ptr %p, i32 %x) {
  %a = add i32 %x, 1
  %c = icmp ult i32 %a, %x
  %z = zext i1 %c to i32
  %r = atomicrmw add ptr %p, i32 %z seq_cst
  %l = load i32, ptr %p
  %d = sub i32 %l, %r
  %e = call i32 @g(i32 %d)
  ret i32 %e
}
define i32 @flag(ptr %p, i32 %x) {
  %a = add nsw i32 %x, 1
  %c = icmp slt i32 %a, %x
  %z = zext i1 %c to i32
  %r = atomicrmw add ptr %p, i32 %z seq_cst
  %l = load i32, ptr %p
  %d = sub i32 %l, %r
  %e = call i32 @g(i32 %d)
  ret i32 %e
}
define i32 @rmw(ptr %p, i32 %x) {
  %a = add i32 %x, 1
  %c = icmp slt i32 %a, %x
  %z = zext i1 %c to i32
  %r = atomicrmw sub ptr %p, i32 %z seq_cst
  %l = load i32, ptr %p
  %d = sub i32 %l, %r
  %e = call i32 @g(i32 %d)
  ret i32 %e
}
define i32 @volatile(ptr %p, i32 %x) {
  %a = add i32 %x, 1
  %c = icmp slt i32 %a, %x
  %z = zext i1 %c to i32
  %r = atomicrmw add ptr %p, i32 %z seq_cst
  %l = load volatile i32, ptr %p
  %d = sub i32 %l, %r
  %e = call i32 @g(i32 %d)
  ret i32 %e
}
define i32 @ordering(ptr %p, i32 %x) {
  %a = add i32 %x, 1
  %c = icmp slt i32 %a, %x
  %z = zext i1 %c to i32
  %r = atomicrmw add ptr %p, i32 %z monotonic
  %l = load i32, ptr %p
  %d = sub i32 %l, %r
  %e = call i32 @g(i32 %d)
  ret i32 %e
}
define i32 @address(ptr %p, i32 %x) {
  %a = add i32 %x, 1
  %c = icmp slt i32 %a, %x
  %z = zext i1 %c to i32
  %r = atomicrmw add ptr %p, i32 %z seq_cst
  %l = load i32, ptr null
  %d = sub i32 %l, %r
  %e = call i32 @g(i32 %d)
  ret i32 %e
}
define i32 @swapped(ptr %p, i32 %x) {
  %a = add i32 %x, 1
  %c = icmp slt i32 %a, %x
  %z = zext i1 %c to i32
  %r = atomicrmw add ptr %p, i32 %z seq_cst
  %l = load i32, ptr %p
  %d = sub i32 %r, %l
  %e = call i32 @g(i32 %d)
  ret i32 %e
}
define i32 @callee(ptr %p, i32 %x) {
  %a = add i32 %x, 1
  %c = icmp slt i32 %a, %x
  %z = zext i1 %c to i32
  %r = atomicrmw add ptr %p, i32 %z seq_cst
  %l = load i32, ptr %p
  %d = sub i32 %l, %r
  %e = call i32 @h(i32 %d)
  ret i32 %e
}
define i32 @cast(ptr %p, i32 %x) {
  %a = add i32 %x, 1
  %c = icmp slt i32 %a, %x
  %z = sext i1 %c to i32
  %r = atomicrmw add ptr %p, i32 %z seq_cst
  %l = load i32, ptr %p
  %d = sub i32 %l, %r
  %e = call i32 @g(i32 %d)
  ret i32 %e
}
define i32 @convention(ptr %p, i32 %x) {
  %a = add i32 %x, 1
  %c = icmp slt i32 %a, %x
  %z = zext i1 %c to i32
  %r = atomicrmw add ptr %p, i32 %z seq_cst
  %l = load i32, ptr %p
  %d = sub i32 %l, %r
  %e = call fastcc i32 @g(i32 %d)
  ret i32 %e
}
