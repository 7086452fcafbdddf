// The sanitizers and many constructs: variadic, structures by value, tail
// calls, function pointers of all kinds, setjmp, threads.
// RUN: %{construct} %s %t --modes=host-O0,host-O2 -fsanitize=address,undefined -fno-sanitize-recover=all
// RUN: %{construct} %s %t.module --modes=module-O2 -fsanitize=address,undefined -fno-sanitize-recover=all
// RUN: %{construct} %s %t.tsan --modes=host-O2,module-O0 -fsanitize=thread
// RUN: %{construct} %s %t.cfi --modes=host-O2 -fsanitize=kcfi
// LINK: -pthread
//--- parts.h
struct Big {
  long Numbers[10];
};
struct Big big(struct Big, int);
long sum(int, ...);
int dispatch(int, int);
void *work(void *);
int jump(int);
_Noreturn void leave(int);
int *address(void);
//--- parts.c
#include "parts.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#define VERSION 1
struct Big big(struct Big B, int By) {
  B.Numbers[9] += By * VERSION;
  return B;
}
long sum(int Count, ...) {
  va_list List;
  va_start(List, Count);
  long Sum = 0;
  while (Count--)
    Sum += va_arg(List, long);
  va_end(List);
  return Sum * VERSION;
}
static int one(int X) { return X + VERSION; }
static int two(int X) { return X * VERSION; }
static int (*const Table[])(int) = {one, two};
static int dispatchNow(int Which, int X) { return Table[Which](X); }
int dispatch(int Which, int X) {
  __attribute__((musttail)) return dispatchNow(Which, X);
}
static _Atomic long Shared;
void *work(void *Count) {
  for (long I = 0; I < (long)Count; ++I)
    Shared += VERSION;
  return (void *)Shared;
}
static jmp_buf Out;
void leave(int X) { longjmp(Out, X * VERSION); }
int jump(int X) {
  volatile char Room[100];
  memset((char *)Room, 1, sizeof Room);
  int Got = setjmp(Out);
  if (!Got)
    leave(X);
  return Got + Room[99];
}
int *address(void) {
  static int Value = 1;
  Value *= VERSION;
  return &Value;
}
//--- main.c
#include "construct.h"
#include "parts.h"
#include <pthread.h>
static struct Big (*const Keep)(struct Big, int) = big;
static void use(int V) {
  struct Big B = {{1}};
  CHECK(big(B, 5).Numbers[9] == 5 * V && Keep(B, 5).Numbers[9] == 5 * V);
  CHECK(sum(8, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L) == 36 * V);
  CHECK(dispatch(0, 5) == 5 + V && dispatch(1, 5) == 5 * V);
  CHECK(jump(7) == 7 * V + 1);
  pthread_t Threads[2];
  for (int I = 0; I < 2; ++I)
    pthread_create(&Threads[I], NULL, work, (void *)100L);
  long Results[2];
  for (int I = 0; I < 2; ++I)
    pthread_join(Threads[I], (void **)&Results[I]);
  long Last = Results[0] > Results[1] ? Results[0] : Results[1];
  CHECK(Last == (V == 1 ? 200 : 600));
}
int main(void) {
  use(1);
  int *Value = address();
  CHECK(*Value == 1);
  reload(2);
  use(2);
  CHECK(address() == Value && *Value == 2);
  return 0;
}
