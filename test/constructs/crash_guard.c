// hcr_guard() and hcr_frame() of a program that nobody watches: a crash in or below new code comes back with the signal, values of plain variables can come back, too; any other crash is the program's own.
// RUN: %{construct} %s %t
// MODES: host-O0 host-O2 module-O2
//--- main.c
#include "construct.h"
#include "step.h"
#include <hcr/hcr.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int Frames;
static void helper(struct World *W);
static void frame(void *Argument) {
  helper((struct World *)Argument);
  step((struct World *)Argument);
  ++Frames;
}
static void inner(void *Argument) {
  CHECK(hcr_guard(frame, Argument) == SIGSEGV);
  ((struct World *)Argument)->Steps += 1000;
}
/* The same name as in step.c: the message tells them apart. */
static void helper(struct World *W) { W->Other = 1; }
/* Old code below a guard. */
static void old(void *Argument) {
  (void)Argument;
  volatile int *volatile Nothing = NULL;
  *Nothing = 1;
}

int main(void) {
  struct World W = {0, 0};
  CHECK(hcr_frame(frame, &W) == 0 && W.Steps == 1 && Frames == 1);
  reload(2);
  Score.Points[1] = 50;
  CHECK(hcr_frame(frame, &W) == SIGSEGV && Frames == 1);
  CHECK(W.Steps == 101); // what it did up to there is done
  char Message[8192];
  hcr_last_message(Message, sizeof Message);
  CHECK(strstr(Message, "SIGSEGV") && strstr(Message, "step (step.c"));
  CHECK(strstr(Message, "in helper (step.c, generation 1)"));
  CHECK(strstr(Message, "frame (main.c)"));
  CHECK(Score.Points[1] == 51); // no snapshot
  CHECK(hcr_frame(frame, &W) == 0 && W.Steps == 102 && Frames == 2);

  hcr_snapshot(true);
  reload(3);
  CHECK(Score.Points[1] == 52);
  Score.Name = "new";
  CHECK(hcr_guard(frame, &W) == SIGABRT && W.Steps == 1102);
  CHECK(Score.Points[1] == 52); // a structure with a pointer is not plain
  CHECK(Plain.Count[2] == 2);   // it was 1003
  CHECK(hcr_guard(frame, &W) == 0);

  reload(4); // of two guards the inner one
  CHECK(hcr_guard(inner, &W) == 0 && W.Steps == 2103);

  pid_t Child = fork();
  CHECK(Child >= 0);
  if (!Child) {
    hcr_guard(old, NULL);
    _exit(3);
  }
  int Status;
  CHECK(waitpid(Child, &Status, 0) == Child);
  CHECK(WIFSIGNALED(Status) && WTERMSIG(Status) == SIGSEGV);
  return 0;
}
//--- step.h
struct World {
  int Steps, Other;
};
struct Score {
  const char *Name;
  int Points[4];
};
struct Plain {
  double Ratio;
  int Count[3];
};
extern struct Score Score;
extern struct Plain Plain;
void step(struct World *W);
//--- step.c
#include "step.h"
#include <stdlib.h>
#define VERSION 1
struct Score Score;
struct Plain Plain;

static void helper(volatile int *Place) { *Place = 1; }

void step(struct World *W) {
  volatile int *volatile Nothing = NULL;
  switch (VERSION) {
  case 1:
    W->Steps += 1;
    ++Score.Points[1];
    ++Plain.Count[2];
    break;
  case 2:
    W->Steps += 100;
    ++Score.Points[1];
    helper(Nothing);
    ++Score.Points[2]; // no tail call
    break;
  case 3:
    W->Steps += 1000;
    Plain.Count[2] += 1001;
    abort();
  default:
    *Nothing = 1;
  }
}
