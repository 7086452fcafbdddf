; Nim: what uses a variable that was born later asks for its first value, which is cut out of the start-up code.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<image>,verify' -S %s | %{FileCheck} %s
; A program has no such variables.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S %s | %{FileCheck} --check-prefix=HOST %s
; HOST-NOT: {{@.*\.first_use}}
source_filename = "nc/@mm.nim.c"
target triple = "x86_64-pc-linux-gnu"

@count__m_1 = hidden global i64 0
@number__m_2.v1 = hidden global i64 0
@imported__n_2.v2 = external global i64
@unused__m_3.v1 = hidden global i64 5

; CHECK-DAG: @number__m_2.v1.ran = hidden global i64 0
; CHECK-DAG: @imported__n_2.v2.ran = {{external|extern_weak}} global i64

declare i64 @compute__n_1(i64)
declare void @echo(i64)
declare void @raiseOverflow()

; CHECK-LABEL: define {{.*}}i64 @get__m_1_actual()
; CHECK:         [[R:%.*]] = load atomic i64, ptr %{{.*}} acquire, align 8
; CHECK-NEXT:    [[N:%.*]] = icmp ne i64 [[R]], 1
; CHECK-NEXT:    br i1 [[N]], label %[[FIRST:.*]], label %[[REST:.*]], !prof
; CHECK:       [[FIRST]]:
; CHECK-NEXT:    [[S:%.*]] = load atomic ptr, ptr @number__m_2.v1.first_use.slot
; CHECK-NEXT:    [[F:%.*]] = {{.*}}call i1 [[S]]()
; CHECK-NEXT:    br i1 [[F]], label %[[RAISED:.*]], label %
; CHECK:       [[RAISED]]:
; CHECK-NEXT:    ret i64 0
define hidden i64 @get__m_1() {
  %a = load i64, ptr @number__m_2.v1
  ret i64 %a
}

; Another module's variables have marks, too. What is returned through memory is zero after an exception.
; CHECK-LABEL: define {{.*}}void @import__m_2_actual(
; CHECK:         load atomic ptr, ptr @imported__n_2.v2.first_use.slot
; CHECK:         call void @llvm.memset.p0.i64(ptr align 8 %result, i8 0, i64 16, i1 false)
; CHECK-NEXT:    ret void
define hidden void @import__m_2(ptr sret({i64, i64}) align 8 %result) {
  %b = load i64, ptr @imported__n_2.v2
  store i64 %b, ptr %result
  ret void
}

; A constant is right at once.
; CHECK-LABEL: define {{.*}}i64 @other__m_4_actual()
; CHECK-NOT:     first_use
; CHECK:         ret i64
define hidden i64 @other__m_4() {
  %a = load i64, ptr @unused__m_3.v1
  ret i64 %a
}

; var number = compute(count) * 2
define hidden void @m_Init000() {
  %dest = alloca i32
  call void @echo(i64 1)
  %n = load i64, ptr @count__m_1
  %v = call i64 @compute__n_1(i64 %n)
  %product = call { i64, i1 } @llvm.smul.with.overflow.i64(i64 %v, i64 2)
  %overflow = extractvalue { i64, i1 } %product, 1
  br i1 %overflow, label %raise, label %fine
raise:
  call void @raiseOverflow()
  br label %end
fine:
  %result = extractvalue { i64, i1 } %product, 0
  store i64 %result, ptr @number__m_2.v1
  call void @echo(i64 2)
  br label %end
end:
  ret void
}

; CHECK-LABEL: define internal void @number__m_2.v1.initialise_actual()
; CHECK-NOT:     @echo
; CHECK:         load ptr, ptr @count__m_1.ptr
; CHECK:         load atomic ptr, ptr @compute__n_1.slot
; CHECK:         br i1 %overflow{{.*}}, label %[[OUT:.*]], label %
; CHECK:         store i64 %result
; CHECK-NEXT:    ret void
; CHECK:       [[OUT]]:
; CHECK-NEXT:    load atomic ptr, ptr @raiseOverflow.slot
; CHECK-NEXT:    {{.*}}call void
; CHECK-NEXT:    ret void

; CHECK-LABEL: define hidden i1 @number__m_2.v1.first_use_actual()
; CHECK:         load atomic ptr, ptr @pthread_self.slot
; CHECK:         cmpxchg ptr %{{.*}}, i64 0, i64 %{{.*}} acq_rel acquire
; CHECK:         @number__m_2.v1.initialise.slot
; CHECK:         store atomic i64 1, ptr %{{.*}} release

declare { i64, i1 } @llvm.smul.with.overflow.i64(i64, i64)
