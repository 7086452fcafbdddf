// A vtable in an image leads to the program's stable entries: of virtual functions
// defined here, elsewhere, and in the class itself.
// RUN: %{clangxx} -O1 -shared -fPIC %{pass-flags} -mllvm -hcr-image %s -o %t.so
// RUN: %{python} %S/Inputs/table.py %t.so | grep '^fixup' | %{FileCheck} %s
struct Base {
  virtual int here();
  virtual int elsewhere();
  virtual int inside() { return 3; }
};
struct Derived final : Base {
  int here() override { return 4; }
  int elsewhere() override;
};
// CHECK-DAG: fixup : place _ZTV4Base+16, symbol _ZN4Base4hereEv, addend 0
// CHECK-DAG: fixup : place _ZTV4Base+24, symbol _ZN4Base9elsewhereEv, addend 0
// CHECK-DAG: fixup : place _ZTV4Base+32, symbol _ZN4Base6insideEv, addend 0
int Base::here() { return 1; }
// CHECK-DAG: fixup : place _ZTV7Derived+16, symbol _ZN7Derived4hereEv, addend 0
// CHECK-DAG: fixup : place _ZTV7Derived+24, symbol _ZN7Derived9elsewhereEv, addend 0
// CHECK-DAG: fixup : place _ZTV7Derived+32, symbol _ZN4Base6insideEv, addend 0
int Derived::elsewhere() { return 5; }
Base *make() { return new Derived; }
