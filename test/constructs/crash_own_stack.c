// New code crashes on a stack that the program made itself, at its very end, and in a handler of a signal on an alternate stack.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=600000
// MODES: host-O2 module-O0
//--- main.c
#include "construct.h"
#include <hcr/hcr.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
long work(long, long, long, long, long, long, long, long);

static ucontext_t Main, Other;
static long Result;
static volatile sig_atomic_t Handled;

static void onStack(void) {
  Result = work(1, 2, 3, 4, 5, 6, 7, 8);
  Result += work(1, 1, 1, 1, 1, 1, 1, 1);
}

static void crossOver(void) {
  enum { Size = 65536, Page = 4096 };
  static char *Stack;
  if (!Stack) {
    Stack = mmap(NULL, Size + Page, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(Stack + Size, Page, PROT_NONE);
  }
  getcontext(&Other);
  Other.uc_stack.ss_sp = Stack;
  Other.uc_stack.ss_size = Size;
  Other.uc_link = &Main;
  makecontext(&Other, onStack, 0);
  CHECK(swapcontext(&Main, &Other) == 0);
}

static void handle(int Signal) {
  Handled = Signal == SIGUSR1 && work(1, 2, 3, 4, 5, 6, 7, 8) == 204;
}

int main(void) {
  static char Alternate[65536];
  sigaltstack(&(stack_t){.ss_sp = Alternate, .ss_size = sizeof Alternate},
              NULL);
  struct sigaction Action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
  sigaction(SIGUSR1, &Action, NULL);
  crossOver();
  CHECK(Result == 204 + 36);
  reload(2);
  crossOver();
  CHECK(Result == 204 + 36);
  reported("\"rolled_back\"");
  reload(3);
  raise(SIGUSR1);
  CHECK(Handled == 1);
  reported("\"rolled_back\"");
  reload(4);
  crossOver();
  CHECK(Result == 44 + 16);
  return 0;
}
//--- work.c
#include <stddef.h>
#define VERSION 1
long work(long A, long B, long C, long D, long E, long F, long G, long H) {
  volatile long *volatile Nothing = NULL;
  if (VERSION == 2 || VERSION == 3) {
    G = H = VERSION;
    __asm__ volatile("" : : "m"(G), "m"(H) : "memory");
    *Nothing = 1;
  }
  if (VERSION == 4)
    return A + B + C + D + E + F + G + H + VERSION * 2;
  return A + 2 * B + 3 * C + 4 * D + 5 * E + 6 * F + 7 * G + 8 * H;
}
