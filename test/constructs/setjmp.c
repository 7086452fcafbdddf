// setjmp, sigsetjmp and a returns_twice function of the program's own: jumps
// out of new code into frames of old code, and within new code.
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.O3 --modes=host-O2 -O3
//--- jump.h
// As setjmp, for frames that are still active.
struct Frame {
  void *Words[8];
};
int save(struct Frame *) __attribute__((returns_twice));
void restore(struct Frame *, int) __attribute__((noreturn));
// As save(), around it.
int saveHere(struct Frame *) __attribute__((returns_twice));
//--- jump.c
#include "jump.h"
#define VERSION 1
__attribute__((naked, returns_twice)) int save(struct Frame *F) {
  __asm__("movq %rbx, 0(%rdi)\n\tmovq %rbp, 8(%rdi)\n\tmovq %r12, 16(%rdi)\n\t"
          "movq %r13, 24(%rdi)\n\tmovq %r14, 32(%rdi)\n\t"
          "movq %r15, 40(%rdi)\n\tleaq 8(%rsp), %rax\n\t"
          "movq %rax, 48(%rdi)\n\tmovq (%rsp), %rax\n\t"
          "movq %rax, 56(%rdi)\n\txorl %eax, %eax\n\tretq");
}
__attribute__((naked)) static void leave(struct Frame *F, int Value) {
  __asm__("movq 0(%rdi), %rbx\n\tmovq 8(%rdi), %rbp\n\tmovq 16(%rdi), %r12\n\t"
          "movq 24(%rdi), %r13\n\tmovq 32(%rdi), %r14\n\t"
          "movq 40(%rdi), %r15\n\tmovq 48(%rdi), %rsp\n\t"
          "movl %esi, %eax\n\tjmpq *56(%rdi)");
}
void restore(struct Frame *F, int Value) {
  leave(F, Value * VERSION);
  __builtin_unreachable();
}
//--- main.c
#include "construct.h"
#include "jump.h"
#include <setjmp.h>
#include <signal.h>
#define VERSION 1

static jmp_buf Out;
static sigjmp_buf SignalOut;
static int Depth;

static void dive(int N) {
  if (N == 0)
    longjmp(Out, 10 * VERSION);
  volatile char Room[64];
  Room[0] = (char)N;
  dive(N - 1);
  Depth += Room[0];
}

static int jump(void) {
  volatile int Before = 1;
  int Value = setjmp(Out);
  if (!Value) {
    Before = 2;
    dive(20);
  }
  return Value + Before;
}

// The frame that called setjmp is old, what jumps is new.
static int jumpAcross(void) {
  volatile int Kept = 5;
  int Value = setjmp(Out);
  if (!Value) {
    Kept = 6;
    reload(2);
    dive(3);
  }
  return Value + Kept + 100 * VERSION;
}

static void onSignal(int Number) { siglongjmp(SignalOut, Number + VERSION); }

static int signalled(void) {
  volatile int Kept = 1;
  int Value = sigsetjmp(SignalOut, 1);
  if (!Value) {
    Kept = 2;
    raise(SIGUSR1);
  }
  sigset_t Blocked;
  sigprocmask(SIG_BLOCK, NULL, &Blocked);
  return Value * Kept + sigismember(&Blocked, SIGUSR1);
}

// What is in registers at the second return is what setjmp saved, what is in
// memory is newer: the compiler must know that save() returns twice.
__attribute__((noinline)) static int own(int Start) {
  struct Frame F;
  int(*volatile Count) = &Start;
  volatile int Turns = 0;
  int Value = save(&F);
  ++*Count;
  if (++Turns < 4)
    restore(&F, Turns);
  return Value + *Count * 10 + VERSION * 100;
}

int main(void) {
  signal(SIGUSR1, onSignal);
  CHECK(jump() == 12);
  CHECK(signalled() == 2 * (SIGUSR1 + 1));
  CHECK(own(1) == 3 + 50 + 100);
  CHECK(jumpAcross() == 20 + 6 + 100);
  CHECK(jump() == 22);
  CHECK(signalled() == 2 * (SIGUSR1 + 2));
  CHECK(own(1) == 6 + 50 + 200);
  CHECK(Depth == 0);
  return 0;
}
