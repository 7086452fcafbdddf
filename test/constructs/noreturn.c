// Functions that do not return: leave by longjmp, by ending the thread, by
// ending the process; the code behind their calls is not reached.
// RUN: %{construct} %s %t
// EXPECT: 42
//--- leave.h
#include <setjmp.h>
extern jmp_buf Out;
_Noreturn void leave(int);
__attribute__((noreturn)) void *leaveThread(void *);
//--- leave.c
#include "leave.h"
#include <pthread.h>
#include <stdlib.h>
#define VERSION 1
jmp_buf Out;
static _Noreturn void jump(int Value) { longjmp(Out, Value * VERSION); }
_Noreturn void leave(int Value) { jump(Value + VERSION); }
void *leaveThread(void *Value) { pthread_exit((char *)Value + VERSION); }
//--- main.c
#include "construct.h"
#include "leave.h"
#include <pthread.h>
#define VERSION 1
static _Noreturn void finish(int Code) { exit(Code + VERSION); }
static void (*Kept)(int) = leave;
static void (*volatile End)(int) = finish;

static int left(int Value) {
  int Got = setjmp(Out);
  if (!Got)
    leave(Value);
  return Got;
}
static int leftByPointer(int Value) {
  int Got = setjmp(Out);
  if (!Got)
    Kept(Value);
  return Got;
}
static long threadLeft(void) {
  pthread_t Thread;
  void *Result;
  pthread_create(&Thread, NULL, leaveThread, NULL);
  pthread_join(Thread, &Result);
  return (long)Result;
}
int main(void) {
  CHECK(left(1) == 2 && leftByPointer(1) == 2 && threadLeft() == 1);
  reload(2);
  CHECK(left(1) == 6 && leftByPointer(1) == 6 && threadLeft() == 2);
  End(40);
}
