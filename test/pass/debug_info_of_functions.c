// The body keeps the source's name and lines; `F_actual` is only what the linker sees. The stable entry has no lines.
// RUN: %{clang} -g -S -emit-llvm %{pass-flags} -mllvm -hcr-binding=host %s -o - | %{FileCheck} %s

// CHECK-LABEL: define dso_local i32 @answer()
// CHECK-NOT:     !dbg
// CHECK:       }
// CHECK-LABEL: define hidden i32 @answer_actual()
// CHECK-SAME:    !dbg ![[S:[0-9]+]] {
// CHECK: ![[S]] = distinct !DISubprogram(name: "answer",{{.*}} line: [[@LINE+1]]
int answer(void) { return 42; }
