// What a compiler concludes from one body (it is pure, it returns a constant,
// its argument, never null, a fresh object) must not be in callers that meet
// the next body; nor what it concludes of the caller from the body's use.
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.O3 --modes=module-O2 -O3
// RUN: %{construct} %s %t.lto --modes=host-O2 -flto -fuse-ld=lld
// RUN: %{construct} %s %t.thin --modes=module-O2 -flto=thin -fuse-ld=lld
//--- facts.h
int constant(void);
int pure(int);
int reads(const int *);
int *same(int *, int *);
int *maybeNull(int *);
int *fresh(void);
void ignores(int *);
int neverThrows(int);
int endless(int);
int onlyOneArgument(int);
//--- facts.c
#include "facts.h"
#include <stdlib.h>
#define VERSION 1
static int Count, Shared = 7;
#if VERSION == 1
int constant(void) { return 1; }
int pure(int X) { return X * 2; }
int reads(const int *P) { return *P; }
int *same(int *A, int *B) { return B ? A : A; }
int *maybeNull(int *A) { return A ? A : &Shared; }
int *fresh(void) { return malloc(sizeof(int)); }
void ignores(int *P) { (void)P; }
int endless(int X) { return X; }
// Called with 5 only, so it could be specialised.
int onlyOneArgument(int X) { return X == 5; }
#else
int constant(void) { return 10 + ++Count; }
int pure(int X) { return X * 2 + ++Count; }
int reads(const int *P) { return (*(int *)P)++; }
int *same(int *A, int *B) { return A ? B : 0; }
int *maybeNull(int *A) { return *A == 1 ? A : 0; }
int *fresh(void) { return &Shared; }
void ignores(int *P) { *P = 99; }
int endless(int X) {
  if (X == 3)
    exit(5 - VERSION * 2 - 1 + (Count != 6));
  return X + 1;
}
int onlyOneArgument(int X) { return X + 100; }
#endif
//--- main.c
#include "construct.h"
#include "facts.h"
// Each in a function of its own, compiled once.
__attribute__((noinline)) static int twiceConstant(void) {
  return constant() * 100 + constant();
}
__attribute__((noinline)) static int twicePure(int X) {
  pure(X); // not used: dropped if it were known to be pure
  return pure(X) * 100 + pure(X);
}
__attribute__((noinline)) static int readTwice(void) {
  int Value = 3;
  int First = reads(&Value);
  return First * 100 + Value;
}
__attribute__((noinline)) static int which(void) {
  int A = 1, B = 2;
  *same(&A, &B) = 50;
  return A * 100 + B;
}
__attribute__((noinline)) static int isNull(int X) {
  return maybeNull(&X) == NULL;
}
__attribute__((noinline)) static int areSame(void) {
  int *A = fresh(), *B = fresh();
  *A = 1;
  *B = 2;
  return *A * 10 + (A == B);
}
__attribute__((noinline)) static int survives(void) {
  int Local = 5;
  ignores(&Local);
  return Local;
}
__attribute__((noinline)) static int five(void) { return onlyOneArgument(5); }
int main(void) {
  CHECK(twiceConstant() == 101);
  CHECK(twicePure(4) == 808);
  CHECK(readTwice() == 303);
  CHECK(which() == 5002);
  CHECK(!isNull(2));
  CHECK(areSame() == 10);
  CHECK(survives() == 5 && five() == 1);
  CHECK(endless(3) == 3);
  reload(2);
  CHECK(twiceConstant() == 1112);
  CHECK(twicePure(4) == (8 + 4) * 100 + 8 + 5);
  CHECK(readTwice() == 304);
  CHECK(which() == 150);
  CHECK(isNull(2) && !isNull(1));
  CHECK(areSame() == 21);
  CHECK(survives() == 99 && five() == 105);
  CHECK(pure(0) == 6);
  endless(3); // ends the program: 0
  return 1;
}
