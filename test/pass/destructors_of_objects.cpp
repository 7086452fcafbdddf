// Destructors of persistent objects belong to the process: an image registers
// them without its handle, so they run at exit and not when the image goes.
// RUN: %{clangxx} -O1 -Xclang -disable-llvm-passes -S -emit-llvm %s -o %t.ll
// RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<image>,verify' -S %t.ll | %{FileCheck} --check-prefix=IMAGE %s
// RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %t.ll | %{FileCheck} --check-prefix=MODULE %s
struct Logger { ~Logger(); };
Logger logger;
// IMAGE-NOT: __dso_handle
// IMAGE: [[G:%.*]] = load ptr, ptr @logger.ptr
// IMAGE: call i32 @__cxa_atexit(ptr {{.*}}, ptr [[G]], ptr null)
// IMAGE-NOT: __dso_handle
// MODULE: call i32 @__cxa_atexit(ptr {{.*}}, ptr {{.*}}, ptr @__dso_handle)
