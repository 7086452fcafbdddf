// Constructor functions run once in the life of the process, in the order
// of their priorities; destructors are registered once. A marker remembers it.
// RUN: %{clang} -O1 -Xclang -disable-llvm-passes -S -emit-llvm %s -o %t.ll
// RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<module>,verify' -S %t.ll | %{FileCheck} --check-prefix=MODULE %s
// RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %t.ll | %{FileCheck} --check-prefix=HOST %s

__attribute__((constructor)) static void late(void) {}
__attribute__((constructor(200))) void early(void) {}
__attribute__((destructor)) void last(void) {}

// A host program starts as ever; the markers are for later images to find.
// HOST-DAG: @early.ran = internal global i8 0
// HOST-DAG: @early.ran.ptr =
// HOST-DAG: @late.ran = internal global i8 0
// HOST-DAG: @last.ran = internal global i8 0
// HOST-DAG: @llvm.global_ctors = {{.*}}{ i32 200, ptr @early{{(_actual)?}}, ptr null }
// HOST-DAG: @llvm.global_dtors = {{.*}}ptr @last

// MODULE-NOT: @llvm.global_dtors
// MODULE: @llvm.global_ctors = appending global [4 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 1, ptr @hcr.init.destructors.start_up, ptr null }, { i32, ptr, ptr } { i32 200, ptr @hcr.init.200.start_up, ptr null }, { i32, ptr, ptr } { i32 65535, ptr @hcr.init.65535.start_up, ptr null }, { i32, ptr, ptr } { i32 0, ptr @hcr.register, ptr @hcr.register }]

// MODULE-LABEL: define internal void @hcr.init()
// MODULE-NEXT:    call void @hcr.init.destructors()
// MODULE-NEXT:    call void @hcr.init.200()
// MODULE-NEXT:    call void @hcr.init.65535()

// MODULE-LABEL: define internal void @hcr.init.destructors()
// MODULE:         load i8, ptr @last.ran.fresh
// MODULE:         [[D:%.*]] = load ptr, ptr @last.addr
// MODULE:         call i32 @__cxa_atexit(ptr [[D]], ptr null, ptr null)

// MODULE-LABEL: define internal void @hcr.init.200()
// MODULE-NEXT:    load i8, ptr @early.ran.fresh
// MODULE:         br i1
// MODULE:         [[F:%.*]] = load atomic ptr, ptr @early.slot
// MODULE-NEXT:    call void [[F]]()
