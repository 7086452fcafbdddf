// hcr_reload_is_safe() names the functions of changed modules that are on a stack: of another thread, of this one,
// in an old version; not those that have returned, nor those of modules that did not change.
// RUN: %{construct} %s %t
//--- main.c
#include "construct.h"
#include "parts.h"
#include <hcr/hcr.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>

static sem_t Entered, Leave;
static char Text[4096];

static void *runWorker(void *Unused) {
  work(&Entered, &Leave);
  return Unused;
}

// Cleans the stack of what earlier calls left there.
static __attribute__((noinline)) void wipe(void) {
  volatile char Space[16384];
  memset((char *)Space, 0, sizeof Space);
}

static int isSafe(void) {
  wipe();
  return hcr_reload_is_safe(Text, sizeof Text);
}

static void askFromInside(void) { CHECK(isSafe() == 0 && strstr(Text, "parts.c: callBack is active on thread ")); }

int main(void) {
  sem_init(&Entered, 0, 0);
  sem_init(&Leave, 0, 0);
  pthread_t Worker;
  CHECK(isSafe() == 1 && !*Text);
  pthread_create(&Worker, NULL, runWorker, NULL);
  sem_wait(&Entered);
  CHECK(isSafe() == 1); // nothing is new
  edit(2);
  CHECK(isSafe() == 0);
  CHECK(strstr(Text, "parts.c: work is active on thread ") && !strstr(Text, "callBack") && !strstr(Text, "main.c"));
  CHECK(hcr_reload_is_safe(NULL, 0) == 0);
  CHECK(hcr_perform_code_reload() == HCR_RELOADED);
  CHECK(isSafe() == 1); // not waiting any more
  // Still in the version of the program, which is not the current one.
  edit(3);
  CHECK(isSafe() == 0 && strstr(Text, "parts.c: work "));
  sem_post(&Leave);
  pthread_join(Worker, NULL);
  CHECK(isSafe() == 1);
  callBack(askFromInside);
  CHECK(isSafe() == 1);
  CHECK(hcr_perform_code_reload() == HCR_RELOADED);
  edit(4);
  callBack(askFromInside); // in an image
  CHECK(isSafe() == 1);
}
//--- parts.h
#include <semaphore.h>
void work(sem_t *Entered, sem_t *Leave);
void callBack(void (*Function)(void));
//--- parts.c
#include "parts.h"
#define VERSION 1

int Calls;

void work(sem_t *Entered, sem_t *Leave) {
  sem_post(Entered);
  sem_wait(Leave);
  Calls += VERSION;
}
void callBack(void (*Function)(void)) {
  Function();
  Calls += VERSION;
}
