// hcr_collect() unmaps old versions that nothing refers to: not one that a thread is
// in, not one whose string an object keeps, not one whose constant is in a register.
// RUN: %{construct} %s %t
//--- main.c
#include "construct.h"
#include "parts.h"
#include <hcr/hcr.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>

static sem_t Entered, Leave;

static int mappedImages(void) {
  char Line[512];
  int Count = 0;
  FILE *Maps = fopen("/proc/self/maps", "r");
  while (fgets(Line, sizeof Line, Maps))
    Count += strstr(Line, "parts.c") && strstr(Line, " r-xp ");
  fclose(Maps);
  return Count;
}

static void *runWorker(void *Result) {
  *(int *)Result = work(&Entered, &Leave);
  return NULL;
}

// Apart from main, whose frame would keep the address otherwise.
static __attribute__((noinline)) void keep(struct Kept *Kept) {
  Kept->Name = name();
}
static __attribute__((noinline)) int keeps(const struct Kept *Kept) {
  return !strcmp(Kept->Name, "version 2");
}

// Cleans the stack of what earlier calls left there.
static __attribute__((noinline)) void wipe(void) {
  volatile char Space[16384];
  memset((char *)Space, 0, sizeof Space);
}

static int collect(void) {
  wipe();
  return hcr_collect();
}

int main(void) {
  sem_init(&Entered, 0, 0);
  sem_init(&Leave, 0, 0);
  CHECK(collect() == 0);
  reload(2);
  struct Kept *Kept = malloc(sizeof *Kept);
  keep(Kept);
  CHECK(keeps(Kept));
  reload(3);
  // Version 2 has the string.
  CHECK(collect() == 0 && mappedImages() == 2);
  pthread_t Worker;
  int Result = 0;
  pthread_create(&Worker, NULL, runWorker, &Result);
  sem_wait(&Entered);
  reload(4);
  // Version 3 has a thread in it.
  CHECK(collect() == 0 && mappedImages() == 3);
  CHECK(keeps(Kept));
  Kept->Name = "nothing of it";
  CHECK(collect() == 1 && mappedImages() == 2);
  sem_post(&Leave);
  pthread_join(Worker, NULL);
  CHECK(Result == 3 + 40);
  CHECK(collect() == 1 && mappedImages() == 1);
  for (int Version = 5; Version < 9; ++Version)
    reload(Version);
  CHECK(mappedImages() == 5);
  CHECK(collect() == 4 && mappedImages() == 1);
  CHECK(!strcmp(name(), "version 8") && count() == 1);
  free(Kept);
}
//--- parts.h
#include <semaphore.h>
struct Kept {
  const char *Name;
};
const char *name(void);
int work(sem_t *Entered, sem_t *Leave);
int count(void);
//--- parts.c
#include "parts.h"
#define VERSION 1
#define TEXT(Number) TEXT2(Number)
#define TEXT2(Number) #Number

static int Calls;

const char *name(void) { return "version " TEXT(VERSION); }
static int tens(void) { return VERSION * 10; }
int work(sem_t *Entered, sem_t *Leave) {
  ++Calls;
  sem_post(Entered);
  sem_wait(Leave);
  return VERSION + tens();
}
int count(void) { return Calls; }
