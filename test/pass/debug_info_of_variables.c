// A debugger shows a variable of a loaded module where its storage is: through
// the pointer. In a host program it is where it always was.
// RUN: %{clang} -g -S -emit-llvm %{pass-flags} %s -o - | %{FileCheck} --check-prefix=MODULE %s
// RUN: %{clang} -g -S -emit-llvm %{pass-flags} -mllvm -hcr-binding=host %s -o - | %{FileCheck} --check-prefix=HOST %s

// MODULE: @counter = {{.*}}global i32 7, align 4{{$}}
// MODULE: @counter.ptr = {{.*}}, !dbg ![[E:[0-9]+]]
// MODULE: ![[E]] = !DIGlobalVariableExpression(var: ![[V:[0-9]+]], expr: !DIExpression(DW_OP_deref))
// MODULE: ![[V]] = distinct !DIGlobalVariable(name: "counter"
// HOST: @counter = {{.*}}global i32 7, align 4, !dbg ![[E:[0-9]+]]
// HOST: @counter.ptr = {{.*}}align 8{{$}}
// HOST: ![[E]] = !DIGlobalVariableExpression(var: ![[V:[0-9]+]], expr: !DIExpression())
int counter = 7;
int next(void) { return counter++; }
