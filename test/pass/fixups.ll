; Addresses in initial values, in data of every shape, are listed with their
; place and offset, so that the runtime can put the program's address there.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %s -o %t.ll
; RUN: %{FileCheck} %s --input-file=%t.ll
; RUN: %{clang} -shared -fPIC %t.ll -o %t.so
; RUN: %{python} %S/Inputs/table.py %t.so | grep '^fixup' | sort | %{FileCheck} --check-prefix=TABLE --match-full-lines --implicit-check-not=fixup %s
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

define void @f() {
  ret void
}
define internal void @s() {
  ret void
}
declare void @import()
declare i64 @strlen(ptr)
declare extern_weak void @maybe()
@v = global [8 x i32] zeroinitializer
@w = external global [8 x i32]
@k = constant i32 1

; TABLE: fixup : place aggregate+16, symbol f, addend 0
%E = type { i64, ptr }
@aggregate = global [2 x { i64, %E }] [{ i64, %E } { i64 1, %E { i64 2, ptr @f } }, { i64, %E } { i64 3, %E { i64 4, ptr null } }]
; TABLE: fixup : place alias_of_function, symbol f, addend 0
@alias = alias void (), ptr @f
@alias_of_function = global ptr @alias
; TABLE: fixup : place constant, symbol k, addend 0
; A constant whose addresses are filled in cannot be in read-only memory.
; CHECK: @constant = global ptr @k
@constant = constant ptr @k
; TABLE: fixup : place import_of_data, symbol w, addend -8
@import_of_data = global ptr getelementptr (i8, ptr @w, i64 -8)
; TABLE: fixup : place imported, symbol import, addend 0
@imported = global ptr @import
; What belongs to the implementation is nobody's to exchange.
@library = global ptr @strlen
; TABLE: fixup : place member_pointer, symbol f, addend 0
; A C++ pointer to member function is a pair of integers.
@member_pointer = global { i64, i64 } { i64 ptrtoint (ptr @f to i64), i64 0 }
; TABLE: fixup : place offset, symbol v, addend 12
@offset = global ptr getelementptr inbounds ([8 x i32], ptr @v, i64 0, i64 3)
; TABLE: fixup : place optional, symbol maybe, addend 0
@optional = global ptr @maybe
; TABLE: fixup : place packed+3, symbol f, addend 0
@packed = global <{ i8, i16, ptr, i8 }> <{ i8 1, i16 2, ptr @f, i8 3 }>
; TABLE: fixup : place private_table+8, symbol s, addend 0
; TABLE: fixup : place private_table, symbol f, addend 0
@private_table = internal unnamed_addr constant [2 x ptr] [ptr @f, ptr @s]
; TABLE: fixup : place self, symbol self, addend 0
@self = global ptr @self
; TABLE: fixup : place union_with_padding, symbol v, addend 0
@union_with_padding = global { ptr, [8 x i8] } { ptr @v, [8 x i8] undef }

define ptr @uses_table(i64 %i) {
  %p = getelementptr [2 x ptr], ptr @private_table, i64 0, i64 %i
  %f = load ptr, ptr %p
  ret ptr %f
}
