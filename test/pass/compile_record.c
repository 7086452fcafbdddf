// How an object was compiled is kept in a section that is not loaded.
// RUN: %{clang} -c %{pass-flags} -mllvm '-hcr-record=src/a.c;-O2;"quoted text"' %s -o %t.o
// RUN: readelf -p .GCC.command.line %t.o | %{FileCheck} %s
// RUN: readelf -SW %t.o | %{FileCheck} --check-prefix=SECTION %s
// CHECK: hcr1:src/a.c;-O2;"quoted text"
// Strings that are merged; neither allocated nor written.
// SECTION: .GCC.command.line PROGBITS {{[0-9a-f]+ [0-9a-f]+ [0-9a-f]+ 01}} MS
void f(void) {}
