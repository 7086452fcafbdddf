// The program's own handlers: called first, may settle a fault or leave by siglongjmp, may be set while a reload can be taken back, are in place again afterwards; then a crash is the program's own.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=1000
// MODES: host-O2 module-O0
// EXPECT: 42
//--- main.c
#include "construct.h"
#include "run.h"
#include <hcr/hcr.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int Seen;
static sigjmp_buf Out;
static char *Page;

static void onFault(int Signal, siginfo_t *Info, void *Context) {
  (void)Context;
  ++Seen;
  if (Info->si_addr >= (void *)Page && Info->si_addr < (void *)(Page + 4096))
    mprotect(Page, 4096, PROT_READ | PROT_WRITE); // a memory manager's fault
  sigset_t Mask;
  sigprocmask(SIG_BLOCK, NULL, &Mask);
  CHECK(Signal == SIGSEGV && sigismember(&Mask, SIGUSR1) &&
        sigismember(&Mask, SIGSEGV));
}
static void leave(int Signal) {
  (void)Signal;
  siglongjmp(Out, 7);
}
static void last(int Signal) { _exit(Signal == SIGSEGV ? 42 : 1); }

static struct sigaction now(void) {
  struct sigaction Action;
  sigaction(SIGSEGV, NULL, &Action);
  return Action;
}

/* Until the time in which a reload can be taken back is over. */
static void disarmed(void (*Handler)(int)) {
  for (int Step = 0; Step < 10000 && now().sa_handler != Handler; ++Step)
    nanosleep(&(struct timespec){0, 5000000}, NULL);
  CHECK(now().sa_handler == Handler);
}

int main(void) {
  Page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct sigaction Action;
  memset(&Action, 0, sizeof Action);
  Action.sa_sigaction = onFault;
  Action.sa_flags = SA_SIGINFO;
  sigaddset(&Action.sa_mask, SIGUSR1);
  sigaction(SIGSEGV, &Action, NULL);
  CHECK(run(Page) == 1);

  reload(2); // its handler returns, and nothing is settled
  CHECK(run(Page) == 1 && Seen == 1);
  reported("\"rolled_back\"");

  reload(3); // writes to the page: settled by the handler
  intptr_t Generation = hcr_generation();
  CHECK(run(Page) == 3 && Seen == 2 && Page[0] == 3);
  CHECK(hcr_generation() == Generation);

  reload(4);
  signal(SIGSEGV, leave); // while a reload can be taken back
  if (!sigsetjmp(Out, 1)) {
    run(Page);
    CHECK(0);
  }
  CHECK(hcr_generation() == Generation + 1);
  CHECK(now().sa_handler == leave);

  signal(SIGSEGV, last);
  reload(5);
  disarmed(last); // the time is over, the handler in its place
  run(Page);
  return 0;
}
//--- run.h
int run(char *Page);
//--- run.c
#include "run.h"
#include <stddef.h>
#define VERSION 1

int run(char *Page) {
  char *volatile Nothing = NULL;
  if (VERSION == 3)
    *Page = 3;
  if (VERSION == 2 || VERSION >= 4)
    *Nothing = 1;
  return VERSION;
}
