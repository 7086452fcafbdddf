// Inline constants whose address somebody may keep are listed, so that the next version
// has the same; those that are only read are not.
// RUN: %{clangxx} -O1 -shared -fPIC %{pass-flags} -mllvm -hcr-image %s -o %t.so
// RUN: %{python} %S/Inputs/table.py %t.so | grep '^global' | %{FileCheck} %s
template <typename T> inline constexpr char IdOf = 0;
inline const int Read[4] = {1, 2, 3, 4};
// CHECK: global _Z4IdOfIiE: flags program,inline,constant
// CHECK-NOT: Read
const void *idOfInt() { return &IdOf<int>; }
int read(int Index) { return Read[Index]; }
