// C's `static inline` is called directly; where its address is taken, that is a stable entry.
// RUN: %{clang} -O1 -Xclang -disable-llvm-passes -S -emit-llvm %s -o - | %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S | %{FileCheck} %s

// CHECK-NOT: @small.slot
// CHECK: @handed.slot = internal externally_initialized global ptr @handed
// CHECK-NOT: @small.slot
static inline int small(int X) { return X + 1; }
static inline int handed(int X) { return X + 2; }

// CHECK-LABEL: define hidden i32 @calls_actual
// CHECK:         call i32 @small(
// CHECK:         call i32 @handed(
int calls(int X) { return small(X) + handed(X); }

// CHECK-LABEL: define hidden ptr @hands_actual
// CHECK:         ret ptr @handed.entry
int (*hands(void))(int) { return handed; }
