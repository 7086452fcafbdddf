// Visibility of all kinds: default, hidden, protected, internal, by attribute
// and pragma, in programs that are hidden by default, and in PIE and non-PIE.
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.hidden --modes=host-O0,module-O2 -fvisibility=hidden
// RUN: %{construct} %s %t.nopie --modes=host-O2 -fno-pie -no-pie -fvisibility=hidden
// RUN: %{construct} %s %t.pie --modes=host-O2 -fPIE -pie -fvisibility=protected
//--- kinds.h
#define KIND(K) __attribute__((visibility(#K)))
int plainOne(int);
KIND(default) int defaultOne(int);
KIND(hidden) int hiddenOne(int);
KIND(protected) int protectedOne(int);
KIND(internal) int internalOne(int);
#pragma GCC visibility push(hidden)
int pragmaOne(int);
extern int PragmaValue;
#pragma GCC visibility pop
extern int PlainValue;
KIND(hidden) extern int HiddenValue;
KIND(protected) extern int ProtectedValue;
KIND(internal) extern int InternalValue;
//--- kinds.c
#include "kinds.h"
#define VERSION 1
int plainOne(int X) { return X + VERSION; }
int defaultOne(int X) { return X + VERSION; }
int hiddenOne(int X) { return X + VERSION; }
int protectedOne(int X) { return X + VERSION; }
int internalOne(int X) { return X + VERSION; }
int pragmaOne(int X) { return X + VERSION; }
int PlainValue = 1, HiddenValue = 2, ProtectedValue = 3, InternalValue = 4,
    PragmaValue = 5;
int callsEach(int X) {
  return plainOne(X) + defaultOne(X) + hiddenOne(X) + protectedOne(X) +
         internalOne(X) + pragmaOne(X);
}
//--- main.c
#include "construct.h"
#include "kinds.h"
#define VERSION 1
int callsEach(int);
static int (*const Table[])(int) = {plainOne,     defaultOne,  hiddenOne,
                                    protectedOne, internalOne, pragmaOne};
static int *const Values[] = {&PlainValue, &HiddenValue, &ProtectedValue,
                              &InternalValue, &PragmaValue};
static int sum(void) {
  return (plainOne(0) + defaultOne(0) + hiddenOne(0) + protectedOne(0) +
          internalOne(0) + pragmaOne(0)) *
         VERSION;
}
static void use(int V) {
  CHECK(callsEach(10) == 60 + 6 * V);
  CHECK(sum() == 6 * V * V);
  for (int I = 0; I < 6; ++I)
    CHECK(Table[I](1) == 1 + V);
  CHECK(PlainValue + HiddenValue + ProtectedValue + InternalValue +
            PragmaValue ==
        15 + 5 * (V - 1));
  for (int I = 0; I < 5; ++I)
    ++*Values[I];
}
int main(void) {
  int (*Kept[6])(int);
  for (int I = 0; I < 6; ++I)
    Kept[I] = Table[I];
  use(1);
  reload(2);
  use(2);
  for (int I = 0; I < 6; ++I)
    CHECK(Kept[I] == Table[I]);
  return 0;
}
