; A module image exports the six entry points, weak, so that several modules can
; be linked together; a host module exports nothing.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<image>,verify' -S %s | %{FileCheck} %s
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} --check-prefix=HOST %s
target triple = "x86_64-pc-linux-gnu"

; HOST-NOT: Hcr
; HOST-NOT: Init000
define void @f() {
  ret void
}

; CHECK-DAG: @HcrCreateTypeInfos = weak alias void (), ptr @hcr.create_type_infos
; CHECK-DAG: @DatInit000 = weak alias void (), ptr @hcr.dat_init
; CHECK-DAG: @Init000 = weak alias void (), ptr @hcr.init

; DatInit000 calls whatever HcrInit000 was given.
; CHECK-LABEL: define internal void @hcr.dat_init()
; CHECK-NEXT:    [[B:%.*]] = load ptr, ptr @hcr.bind
; CHECK:         call void [[B]](ptr @hcr.module)

; What the constructor runs when the image is loaded, once for all its modules.
; CHECK-LABEL: define linkonce_odr hidden void @hcr.register() {{.*}}comdat
; CHECK:         icmp ne ptr @hcrRegisterImage, null
; CHECK:         call void @hcrRegisterImage(ptr @__start_hcr_modules, ptr @__stop_hcr_modules)

; CHECK-LABEL: define weak void @HcrInit000(ptr %0, ptr %1)
; CHECK:         [[BIND:%.*]] = call ptr %1(ptr %0, ptr @{{.*}})
; CHECK-NEXT:    store ptr [[BIND]], ptr @hcr.bind
; CHECK:         call ptr %1(ptr %0, ptr @{{.*}})

; CHECK-LABEL: define weak ptr @HcrGetImportedModules()
; CHECK-NEXT:    ret ptr @hcr.imports
; CHECK-LABEL: define weak ptr @HcrGetSigHash()
