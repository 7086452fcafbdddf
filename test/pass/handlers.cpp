// HCR_BEFORE_RELOAD and HCR_AFTER_RELOAD mark functions: they are rows of the table.
// RUN: %{clangxx} -O1 -shared -fPIC %{pass-flags} -I%{source}/runtime/include %s -o %t.so
// RUN: %{python} %S/Inputs/table.py %t.so | %{FileCheck} %s
#define MARK(Kind, Name, Function)                                             \
  [[gnu::used, clang::annotate(Kind)]] static void (*const Name)(void) = Function;
static void save() {}
static void restore() {}
MARK("hcr.before_reload", marked1, save)
MARK("hcr.after_reload", marked2, restore)
// CHECK: handler _ZL4savev.actual: when before
// CHECK: handler _ZL7restorev.actual: when after
