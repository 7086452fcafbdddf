// Operators new and delete of the program are reloadable; nobody calls them by slot,
// because an image's own must not free what the program's has allocated.
// RUN: %{clangxx} -O0 -Xclang -disable-llvm-passes -fPIC -emit-llvm -S -o - %s | %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S | %{FileCheck} %s
#include <cstdlib>
#include <new>

// CHECK: @_Znwm.slot = hidden externally_initialized global ptr @_Znwm.actual
// CHECK: @_ZdlPv.slot = hidden externally_initialized global ptr @_ZdlPv.actual
// CHECK: @_ZnwmRi.slot = hidden externally_initialized global ptr @_ZnwmRi.actual
void *operator new(std::size_t Size) { return std::malloc(Size); }
void operator delete(void *Memory) noexcept { std::free(Memory); }
// With other parameters it is a function like others.
void *operator new(std::size_t Size, int &) { return ::operator new(Size); }

// CHECK-LABEL: define {{.*}}@_Z4makeRi.actual
// CHECK: call {{.*}}ptr @_Znwm(i64
// CHECK: call {{.*}}@_ZdlPvSt11align_val_t(
// CHECK: load atomic ptr, ptr @_ZnwmRi.slot
long *make(int &Place) {
  delete new long(1);
  ::operator delete(nullptr, std::align_val_t(64));
  return new (Place) long(2);
}
