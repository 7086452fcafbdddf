// libc++ compares types by the addresses of their names: an image's type information
// points to the program's names, that of stand-ins, too.
// RUN: %{clangxx} -O1 -shared -fPIC %{pass-flags} -mllvm -hcr-image %s -o %t.so
// RUN: %{python} %S/Inputs/table.py %t.so | %{FileCheck} %s
// In a program the linker has made one of all that are visible.
// RUN: %{clangxx} -O1 -c -fPIC %{pass-flags} -mllvm -hcr-binding=host %s -o %t.o
// RUN: %{nm} %t.o | %{FileCheck} --check-prefix=HOST %s
struct Inline {};
struct __attribute__((visibility("hidden"))) Hidden {};
struct Elsewhere { virtual ~Elsewhere(); };
namespace {
struct Inner {};
} // namespace
// CHECK-DAG: global {{.*}}_ZTS6Inline
// CHECK-DAG: global {{.*}}_ZTS6Hidden
// CHECK-DAG: global {{.*}}_ZTSN12_GLOBAL__N_15InnerE
// CHECK-DAG: global_import {{.*}}_ZTS9Elsewhere
// CHECK-DAG: fixup : place _ZTI6Inline{{.*}}+8, symbol _ZTS6Inline
// CHECK-DAG: fixup : place _ZTIN12_GLOBAL__N_15InnerE+8, symbol _ZTSN12_GLOBAL__N_15InnerE
// CHECK-DAG: fixup : place _ZTI9Elsewhere{{.*}}+8, symbol _ZTS9Elsewhere
// HOST-NOT: _ZTS6Inline.ptr
// HOST: _ZTS6Hidden.ptr
// HOST-NOT: _ZTS6Inline.ptr
// HOST: _ZTSN12_GLOBAL__N_15InnerE.ptr
void run(int Which, void (*Call)()) {
  try {
    Call();
  } catch (Elsewhere &) {
    return;
  }
  if (Which == 0)
    throw Inline();
  if (Which == 1)
    throw Hidden();
  throw Inner();
}
