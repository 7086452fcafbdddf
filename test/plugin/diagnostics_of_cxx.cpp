// Attributes and pragmas where they make no sense, in C++.
// RUN: %{clangxx} -std=c++20 -fsyntax-only -fplugin=%{plugin} -Xclang -verify %s
// expected-warning@+1 {{'#pragma hcr on' without a '#pragma hcr off' before it in this file; the pragma is ignored}}
#pragma hcr on
struct S {
  [[hcr::before_reload]] void method();                  // expected-error {{'method' cannot be a handler: attribute 'hcr::before_reload' needs a function that is called without an object}}
  [[hcr::after_reload]] static void works();
  [[hcr::nonreloadable]] int run();
  [[hcr::reinit]] static int count;
  [[hcr::reinit]] static constexpr int Limit = 3;        // expected-warning {{attribute 'hcr::reinit' has no effect on 'Limit': every version brings its own value of a constant; it is ignored}}
  [[hcr::nonreloadable]] S();
  [[hcr::after_reload]] ~S();                            // expected-error {{'~S' cannot be a handler: attribute 'hcr::after_reload' needs a function that is called without an object}}
};
template <class T> [[hcr::before_reload]] void each();   // expected-error {{'each' cannot be a handler: attribute 'hcr::before_reload' needs one function, not a template}}
[[hcr::before_reload]] void words(...);                  // expected-error {{'words' cannot be a handler: attribute 'hcr::before_reload' needs a function without parameters}}
[[hcr::nonreloadable]] namespace N {}                    // expected-error {{an attribute list cannot appear here}}
enum [[hcr::reinit]] E { A };                            // expected-warning {{attribute 'hcr::reinit' applies to variables only; it is ignored}}
template <class T> [[hcr::nonreloadable]] T good(T x) { return x; }
int use() { return good(1); }
struct Inline {
  void method() {
// expected-warning@+1 {{'#pragma hcr' inside a function; put it before or behind the function, here it is ignored}}
#pragma hcr off
  }
};
[[hcr::after_reload]] int main() { // expected-error {{'main' cannot be a handler: attribute 'hcr::after_reload' is for functions that are called around each reload}}
}
