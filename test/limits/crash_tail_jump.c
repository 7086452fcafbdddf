// The new code has left its frame by a tail call that stays one ([[clang::musttail]], in a recursion, through a pointer), and the one that it went to crashes with what it was given: nothing leads back to the new code, so the old version of that one crashes with the same.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=600000
// MODES: host-O2
//--- main.c
#include "construct.h"
#include "step.h"
#include <hcr/hcr.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
/* In a child, which the crash ends. */
static void ends(int Version, int (*Function)(const int *)) {
  int Number = 5;
  CHECK(Function(&Number) == 5);
  edit(Version);
  pid_t Child = fork();
  CHECK(Child >= 0);
  if (!Child) {
    CHECK(hcr_perform_code_reload() == HCR_RELOADED);
    _exit(Function(&Number));
  }
  int Status;
  CHECK(waitpid(Child, &Status, 0) == Child);
  CHECK(WIFSIGNALED(Status) && WTERMSIG(Status) == SIGSEGV);
}
int main(void) {
  ends(2, must);
  ends(3, again);
  ends(4, chosen);
  return 0;
}
//--- step.h
int must(const int *Number);
int again(const int *Number);
int chosen(const int *Number);
int get(const int *Number);
extern int (*Chosen)(const int *);
//--- get.c
#include "step.h"
int get(const int *Number) { return *Number; }
int (*Chosen)(const int *) = get;
//--- step.c
#include "step.h"
#include <stddef.h>
#define VERSION 1
#define GIVE(Which, Number) (VERSION == (Which) ? NULL : (Number))
__attribute__((noinline)) static int deeper(const int *Number, int Depth) {
  return Depth && *Number < 0 ? again(Number) : *Number;
}
int must(const int *Number) {
  __attribute__((musttail)) return get(GIVE(2, Number));
}
int again(const int *Number) { return deeper(GIVE(3, Number), 3); }
int chosen(const int *Number) { return Chosen(GIVE(4, Number)); }
