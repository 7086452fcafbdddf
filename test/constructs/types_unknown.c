// While a thread blocks all signals nobody can see who uses a variable: no other layout, and the message says why. The thread gone,
// the next reload takes it.
// RUN: %{construct} %s %t --modes=host-O2,module-O0
#include "construct.h"
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#define VERSION 1

// Makes a difference between versions that are alike otherwise.
int version(void) { return VERSION; }

static struct {
#if VERSION >= 2
  int New;
#endif
  int Value;
} World;
static sem_t Started, End;

static void set(void) { World.Value = 3; }
static int get(void) { return World.Value; }

static void *block(void *Unused) {
  sigset_t All;
  sigfillset(&All);
  pthread_sigmask(SIG_SETMASK, &All, NULL);
  sem_post(&Started);
  sem_wait(&End);
  return Unused;
}

int main(void) {
  sem_init(&Started, 0, 0);
  sem_init(&End, 0, 0);
  pthread_t Thread;
  set();
  pthread_create(&Thread, NULL, block, NULL);
  sem_wait(&Started);
  refused(2, "nobody can see who uses it: thread ");
  CHECK(get() == 3);
  sem_post(&End);
  pthread_join(Thread, NULL);
  reload(3);
  CHECK(get() == 3);
}
