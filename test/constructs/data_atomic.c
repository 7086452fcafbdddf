// Atomic and volatile variables that threads change while modules reload: no
// change is lost.
// RUN: %{construct} %s %t -pthread
#include "construct.h"
#include <pthread.h>
#include <stdatomic.h>

#define VERSION 1

static _Atomic long Counter;
_Atomic int Shared = 1;
static atomic_flag Lock = ATOMIC_FLAG_INIT;
static long Guarded;
static volatile int Stop;

static void once(long *Mine) {
  atomic_fetch_add(&Counter, 1);
  Shared += 2;
  while (atomic_flag_test_and_set(&Lock))
    ;
  ++Guarded;
  atomic_flag_clear(&Lock);
  ++*Mine;
}

static void *work(void *Mine) {
  while (!Stop)
    once(Mine);
  return NULL;
}

static void stop(void) { Stop = 1; }
static long counter(void) { return Counter; }
static long guarded(void) { return Guarded; }
static int version(void) { return VERSION; }

int main(void) {
  long Mine[2] = {0, 0};
  pthread_t Threads[2];
  for (int I = 0; I != 2; ++I)
    CHECK(!pthread_create(&Threads[I], NULL, work, &Mine[I]));
  for (int Version = 2; Version <= 4; ++Version) {
    long Before = counter();
    reload(Version);
    CHECK(version() == Version);
    while (counter() < Before + 100)
      ;
  }
  stop();
  for (int I = 0; I != 2; ++I)
    pthread_join(Threads[I], NULL);
  CHECK(counter() == Mine[0] + Mine[1] && guarded() == counter());
  CHECK(Shared == (int)(1 + 2 * counter()));
  return 0;
}
