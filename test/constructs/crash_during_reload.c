// One thread crashes in new code while another one is in the middle of the next reload: the crash is rolled back first, then that reload begins anew and takes effect.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=600000
// MODES: host-O2
// FLAGS: -pthread
//--- main.c
#define _GNU_SOURCE
#include "construct.h"
#include <hcr/hcr.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
int step(int Number);
static sem_t Go;
static volatile pid_t Crashes; // the thread whose crash the program heard of
static int Handlers;

/* The program's own handler comes first, and does not settle it. */
static void hear(int Signal) { Crashes = Signal == SIGSEGV ? gettid() : -1; }

static void *work(void *Result) {
  sem_wait(&Go);
  *(int *)Result = step(5);
  return NULL;
}

/* In the middle of the second reload: until the thread is asleep. */
static void before(void *Unused) {
  (void)Unused;
  if (++Handlers != 1)
    return;
  sem_post(&Go);
  while (!Crashes)
    usleep(100);
  char Path[64], Text[256], State = 0;
  snprintf(Path, sizeof Path, "/proc/self/task/%d/stat", (int)Crashes);
  while (State != 'S') {
    FILE *Stat = fopen(Path, "r");
    CHECK(Stat && fgets(Text, sizeof Text, Stat));
    fclose(Stat);
    State = strrchr(Text, ')')[2];
  }
}

int main(void) {
  struct sigaction Action = {.sa_handler = hear};
  sigaction(SIGSEGV, &Action, NULL);
  sem_init(&Go, 0, 0);
  int Result = 0;
  pthread_t Thread;
  reload(2);
  CHECK(!pthread_create(&Thread, NULL, work, &Result));
  hcr_add_event_handler(true, before, NULL);
  reload(3);
  reported("\"reloaded\"");
  CHECK(Handlers == 2); // given up, and begun anew
  pthread_join(Thread, NULL);
  CHECK(Result == 6); // the call was made again in the first version
  CHECK(hcr_generation() == 3 && step(5) == 305);
  return 0;
}
//--- step.c
#include <stddef.h>
#define VERSION 1
int step(int Number) {
  if (VERSION == 2)
    return *(volatile int *)NULL;
  return Number + (VERSION == 1 ? 1 : 300);
}
