; Parameters of the pass in a pipeline: binding, name, root and program of the module.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<host;name=src/a.c;root=/r;program=1F>' -S %s | %{FileCheck} --check-prefix=NAMED %s
; NAMED: @hcr.module = {{.*}}i64 31,
; NAMED: c"{{.*}}src/a.c\00/r\00"
; NAMED: !{!"src/a.c"}

; The default is the module binding, as with a bare -fpass-plugin.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes=hcr -S %s | %{FileCheck} --check-prefix=DEFAULT %s
; DEFAULT: @DatInit000 =

; A root is made absolute and plain; what is not below it keeps its whole path.
; RUN: cd %S && %{opt} -load-pass-plugin=%{pass} -passes='hcr<root=../pass/./>' -S parameters.ll | %{FileCheck} --check-prefix=BELOW %s
; BELOW: !{!"parameters.ll"}
; RUN: cd %S && %{opt} -load-pass-plugin=%{pass} -passes='hcr<root=/nowhere>' -S parameters.ll | %{FileCheck} --check-prefix=OUTSIDE %s
; OUTSIDE: !{!"/{{.*}}/test/pass/parameters.ll"}

; Who wrote the source.
; RUN: %{opt} -load-pass-plugin=%{pass} -passes='hcr<generator=/b nim c>' -S %s | %{FileCheck} --check-prefix=GENERATOR %s
; GENERATOR: !"hcrg1:/b nim c"

; RUN: %{not} %{opt} -load-pass-plugin=%{pass} -passes='hcr<hosts>' -disable-output %s 2>&1 | %{FileCheck} --check-prefix=UNKNOWN %s
; UNKNOWN: hcr: unknown parameter 'hosts' of the hcr pass; known are host, module, image, name=, names=, root=, generator= and program=
; RUN: %{not} %{opt} -load-pass-plugin=%{pass} -passes='hcr<program=xyz>' -disable-output %s 2>&1 | %{FileCheck} --check-prefix=PROGRAM %s
; PROGRAM: hcr: program id 'xyz' of -hcr-program is not a hexadecimal number
target triple = "x86_64-pc-linux-gnu"
define void @f() {
  ret void
}
