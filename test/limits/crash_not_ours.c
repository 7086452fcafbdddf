// What a rolled back crash leaves behind, and a crash that is the program's own: in a function that had no version before, called by old code.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=600000
// MODES: host-O2 module-O0
// FLAGS: -pthread
// EXPECT: -11
//--- main.c
#include "construct.h"
#include <errno.h>
#include <hcr/hcr.h>
#include <pthread.h>
pthread_mutex_t Lock = PTHREAD_MUTEX_INITIALIZER;
volatile int Half;
int (*Callback)(int);
int step(int Number);
int main(void) {
  CHECK(step(1) == 1);
  reload(2);
  CHECK(step(2) == 2);
  reported("\"rolled_back\"");
  CHECK(pthread_mutex_trylock(&Lock) == EBUSY); // as after a longjmp
  CHECK(Half == 1);
  reload(3);
  CHECK(step(3) == 3 && Callback);
  fflush(stdout);
  Callback(1);
  return 0;
}
//--- step.c
#include <pthread.h>
#include <stddef.h>
#define VERSION 1
extern pthread_mutex_t Lock;
extern volatile int Half;
extern int (*Callback)(int);
#if VERSION == 3
static int added(int Number) {
  volatile int *volatile Nothing = NULL;
  return Number + *Nothing;
}
#endif
int step(int Number) {
  volatile int *volatile Nothing = NULL;
  if (VERSION == 2) {
    pthread_mutex_lock(&Lock);
    Half = 1;
    *Nothing = 1;
    Half = 0;
    pthread_mutex_unlock(&Lock);
  }
#if VERSION == 3
  Callback = added;
#endif
  return Number;
}
