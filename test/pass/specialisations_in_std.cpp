// What the program adds to namespace std is its own: called through slots, listed. What
// the library declares without types of the program is called directly.
// RUN: %{clangxx} -O0 -Xclang -disable-llvm-passes -fPIC -emit-llvm -S -o - %s | %{opt} -load-pass-plugin=%{pass} -passes='hcr<host>,verify' -S | %{FileCheck} %s
struct Key { int N; };
namespace std {
template <class T> struct hash;
template <> struct hash<Key> { int operator()(const Key &K) const; };
template <> struct hash<Key *> { int operator()(const Key *K) const; };
class locale { public: locale(const char *); };
void declared(const locale &, unsigned long);
// CHECK-DAG: @_ZNKSt4hashIP3KeyEclEPKS0_.slot = weak hidden
// CHECK-DAG: @_ZNKSt4hashI3KeyEclERKS0_.slot = hidden externally_initialized global ptr @_ZNKSt4hashI3KeyEclERKS0_.actual
int hash<Key>::operator()(const Key &K) const { return K.N; }
} // namespace std
// CHECK-LABEL: define {{.*}}@_Z4userRK3Key.actual
// CHECK: load atomic ptr, ptr @_ZNKSt4hashI3KeyEclERKS0_.slot
// CHECK: load atomic ptr, ptr @_ZNKSt4hashIP3KeyEclEPKS0_.slot
// CHECK: call void @_ZNSt6localeC1EPKc(
// CHECK: call void @_ZSt8declaredRKSt6localem(
int user(const Key &K) {
  int Sum = std::hash<Key>()(K) + std::hash<Key *>()(&K);
  std::declared(std::locale("C"), 1);
  return Sum;
}
