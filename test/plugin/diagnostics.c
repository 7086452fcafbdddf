// Attributes and pragmas where they make no sense, in C.
// RUN: %{clang} -std=c17 -fsyntax-only -fplugin=%{plugin} -Xclang -verify %s
[[hcr::nonreloadable]] typedef int number; // expected-warning {{attribute 'hcr::nonreloadable' applies to functions and variables only; it is ignored}}
struct [[hcr::nonreloadable]] P {          // expected-warning {{attribute 'hcr::nonreloadable' applies to functions and variables only; it is ignored}}
  [[hcr::nonreloadable]] number x;         // expected-warning {{attribute 'hcr::nonreloadable' applies to functions and variables only; it is ignored}}
  __attribute__((hcr_reinit)) int y;       // expected-warning {{attribute 'hcr_reinit' applies to variables only; it is ignored}}
};
[[hcr::reinit]] void function(void);                    // expected-warning {{attribute 'hcr::reinit' applies to variables only; it is ignored}}
[[hcr::before_reload]] int variable;                    // expected-error {{attribute 'hcr::before_reload' applies to functions only}}
[[hcr::nonreloadable]] _Thread_local int own;           // expected-warning {{attribute 'hcr::nonreloadable' has no effect on the thread-local 'own'; it is ignored}}
__attribute__((hcr_reinit)) _Thread_local int mine = 3; // expected-warning {{attribute 'hcr_reinit' has no effect on the thread-local 'mine'; it is ignored}}
[[hcr::reinit]] const int limit = 3;                    // expected-warning {{attribute 'hcr::reinit' has no effect on 'limit': every version brings its own value of a constant; it is ignored}}
[[hcr::nonreloadable, hcr::reinit]] int both = 3;       // expected-warning {{attribute 'hcr::reinit' contradicts 'hcr::nonreloadable' on 'both'; it is ignored}}
__attribute__((hcr_reinit(1))) int argument;           // expected-error {{'hcr_reinit' attribute takes no arguments}}

[[hcr::before_reload]] void parameter(int x);            // expected-error {{'parameter' cannot be a handler: attribute 'hcr::before_reload' needs a function without parameters}}
[[hcr::after_reload]] int result(void);                  // expected-error {{'result' cannot be a handler: attribute 'hcr::after_reload' needs a function that returns 'void'}}
__attribute__((hcr_after_reload)) void good(void);

void automatic([[hcr::nonreloadable]] int p) { // expected-warning {{attribute 'hcr::nonreloadable' has no effect on 'p', which lives only as long as its block; it is ignored}}
  [[hcr::reinit]] int local = 1;               // expected-warning {{attribute 'hcr::reinit' has no effect on 'local', which lives only as long as its block; it is ignored}}
  [[hcr::reinit]] static int good = 1;
}

[[hcr::nonreloadable]] int main(void) { // expected-warning {{attribute 'hcr::nonreloadable' has no effect on 'main', which keeps its body anyway; it is ignored}}
// expected-warning@+1 {{'#pragma hcr' inside a function; put it before or behind the function, here it is ignored}}
#pragma hcr off
  return 0;
}
// expected-warning@+1 {{expected 'on' or 'off' after '#pragma hcr'; the pragma is ignored}}
#pragma hcr maybe
// expected-warning@+1 {{expected 'on' or 'off' after '#pragma hcr'; the pragma is ignored}}
#pragma hcr
// expected-warning@+1 {{extra words after '#pragma hcr on' or '#pragma hcr off' are ignored}}
#pragma hcr off now
#pragma hcr on
