// Destructors of persistent objects belong to the program or the plugin: an
// image registers them with what the runtime says, so they do not run when the
// image goes.
// Whoever runs one goes through the object's flag, so that it runs once.
// RUN: %{clangxx} -O1 -Xclang -disable-llvm-passes -S -emit-llvm %s -o %t.ll
// RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<image>,verify' -S %t.ll | %{FileCheck} --check-prefix=IMAGE %s
// RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %t.ll | %{FileCheck} --check-prefixes=MODULE,BOTH %s
// RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %t.ll | %{FileCheck} --check-prefixes=HOST,BOTH %s
struct Logger { ~Logger(); };
Logger logger;
// IMAGE-NOT: __dso_handle
// IMAGE: store atomic ptr %{{.*}}, ptr %{{.*}} release
// IMAGE: [[HANDLE:%.*]] = load ptr, ptr @hcr.exit_handle
// IMAGE: call i32 @__cxa_atexit(ptr @logger.at_exit, ptr %{{.*}}, ptr [[HANDLE]])
// IMAGE-NOT: __dso_handle
// BOTH: [[G:%.*]] = load ptr, ptr @logger.ptr
// BOTH: [[ALIVE:%.*]] = load ptr, ptr @logger.alive.ptr
// BOTH: store atomic ptr [[G]], ptr [[ALIVE]] release
// BOTH: call i32 @__cxa_atexit(ptr @logger.at_exit, ptr {{.*}}, ptr @__dso_handle)
// BOTH: define internal void @logger.at_exit(ptr [[FLAG:%.*]])
// MODULE: [[ENTRY:%.*]] = load ptr, ptr @_ZN6LoggerD1Ev.addr
// MODULE: call void @hcr.destroy(ptr [[FLAG]], ptr [[ENTRY]])
// HOST: call void @hcr.destroy(ptr [[FLAG]], ptr @_ZN6LoggerD1Ev)
// BOTH: define internal void @hcr.destroy(ptr
// BOTH: atomicrmw xchg ptr %{{.*}}, ptr null acq_rel
// BOTH: define internal void @logger.destroy()
// BOTH: call void @logger.at_exit(ptr
