// A forked child crashes in new code: it ends as it would, and the parent, which forked it, still has its way back. A child that reloads has a way back of its own.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=600000
// MODES: host-O2
//--- main.c
#include "construct.h"
#include <hcr/hcr.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
int step(int Number);

static int endOf(pid_t Child) {
  int Status;
  CHECK(Child > 0 && waitpid(Child, &Status, 0) == Child);
  return WIFSIGNALED(Status) ? -WTERMSIG(Status) : WEXITSTATUS(Status);
}

int main(void) {
  pid_t Child;
  CHECK(step(1) == 11);
  reload(2);
  if (!(Child = fork()))
    _exit(step(1));
  CHECK(endOf(Child) == -SIGSEGV);
  CHECK(hcr_generation() == 1);
  notReported("\"rolled_back\"");
  CHECK(step(2) == 12); // the parent's own crash
  reported("\"rolled_back\"");
  CHECK(hcr_generation() == 2);

  edit(3);
  if (!(Child = fork())) {
    CHECK(hcr_perform_code_reload() == HCR_RELOADED);
    CHECK(step(3) == 13);
    reported("\"rolled_back\"");
    CHECK(step(3) == 13 && hcr_generation() == 4);
    _exit(0);
  }
  CHECK(endOf(Child) == 0);
  CHECK(step(4) == 14 && hcr_generation() == 2);
  CHECK(hcr_perform_code_reload() == HCR_RELOADED);
  /* Rolled back in the parent; then nothing of it is left to the child. */
  CHECK(step(5) == 15);
  if (!(Child = fork()))
    _exit(step(6));
  CHECK(endOf(Child) == 16);
  reload(4);
  if (!(Child = fork()))
    _exit(step(1));
  CHECK(endOf(Child) == 41 && step(1) == 41);
  return 0;
}
//--- step.c
#include <stddef.h>
#define VERSION 1
static int look(int *Number) { return *Number + 10; }
int step(int Number) {
  if (VERSION == 4)
    return Number + 40;
  return look(VERSION == 1 ? &Number : (int *)NULL + VERSION) + 0 * VERSION;
}
