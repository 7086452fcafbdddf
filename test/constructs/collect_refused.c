// hcr_collect() says when it cannot look: a thread blocks every signal; it is called in
// a handler. A hundred threads are no hindrance, and HCR_UNLOAD=collect does it by itself.
// RUN: %{construct} %s %t
// ENV: HCR_UNLOAD=collect
#include "construct.h"
#include <errno.h>
#include <hcr/hcr.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>

#define VERSION 1

static sem_t Started, End;
static volatile int Spin = 1;
static int InHandler = 1;

static int answer(void) { return VERSION; }

static void tryInHandler(void) { InHandler = hcr_collect(); }
HCR_AFTER_RELOAD(tryInHandler);

static int mappedImages(void) {
  char Line[512];
  int Count = 0;
  FILE *Maps = fopen("/proc/self/maps", "r");
  while (fgets(Line, sizeof Line, Maps))
    Count += strstr(Line, "refused.c.so") && strstr(Line, " r-xp ");
  fclose(Maps);
  return Count;
}

static void *compute(void *Unused) {
  sem_post(&Started);
  while (Spin)
    if (answer() < 1)
      abort();
  return Unused;
}

static void *rest(void *Unused) {
  sem_post(&Started);
  while (sem_wait(&End) && errno == EINTR)
    ;
  return Unused;
}

static int says(const char *Text) {
  char Message[512];
  hcr_last_message(Message, sizeof Message);
  return strstr(Message, Text) != NULL;
}

int main(void) {
  sem_init(&Started, 0, 0);
  sem_init(&End, 0, 0);
  pthread_t Threads[100];
  startBlockingThread();
  reload(2);
  CHECK(InHandler == -1);
  reload(3);
  CHECK(hcr_collect() == -1 && says("blocks signal"));
  CHECK(mappedImages() == 2 && answer() == 3);
  endBlockingThread();
  for (int I = 0; I < 100; ++I)
    pthread_create(&Threads[I], NULL, I % 20 ? rest : compute, NULL);
  for (int I = 0; I < 100; ++I)
    sem_wait(&Started);
  for (int Version = 4; Version < 8; ++Version)
    reload(Version);
  // All threads are in the version that was current when they were started, and
  // one may be in a function of the last one.
  CHECK(mappedImages() <= 3 && answer() == 7);
  Spin = 0;
  for (int I = 0; I < 100; ++I)
    sem_post(&End);
  for (int I = 0; I < 100; ++I)
    pthread_join(Threads[I], NULL);
  CHECK(hcr_collect() >= 0);
  CHECK(mappedImages() == 1);
}
