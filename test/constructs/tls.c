// Thread-locals of all kinds and models, `extern` ones and new ones, in threads
// that were started before and after the edit that adds them.
// RUN: %{construct} %s %t -pthread
// RUN: %{construct} %s %t.initial --modes=host-O2 -pthread -ftls-model=initial-exec
// RUN: %{construct} %s %t.local --modes=host-O2,module-O2 -pthread -ftls-model=local-exec
// RUN: %{construct} %s %t.hidden --modes=host-O2 -pthread -fvisibility=hidden
// RUN: %{construct} %s %t.emulated --modes=host-O2,module-O0 -pthread -femulated-tls
//--- main.c
#include "construct.h"
#include "locals.h"
#include <pthread.h>
#include <semaphore.h>

struct Worker {
  pthread_t Thread;
  sem_t Ask, Answered;
  int Ended;
};

/* As often as it is asked: one step in this thread. */
static void *work(void *Argument) {
  struct Worker *Me = Argument;
  for (int N = 0;; ++N) {
    sem_wait(&Me->Ask);
    if (Me->Ended)
      return NULL;
    step(N);
    elsewhere(N);
    sem_post(&Me->Answered);
  }
}
static void start(struct Worker *W) {
  sem_init(&W->Ask, 0, 0);
  sem_init(&W->Answered, 0, 0);
  W->Ended = 0;
  CHECK(!pthread_create(&W->Thread, NULL, work, W));
}
static void ask(struct Worker *W) {
  sem_post(&W->Ask);
  sem_wait(&W->Answered);
}
static void end(struct Worker *W) {
  W->Ended = 1;
  sem_post(&W->Ask);
  pthread_join(W->Thread, NULL);
}

int main(void) {
  static struct Worker Before, Between;
  start(&Before);
  step(0), elsewhere(0), ask(&Before);
  reload(2);
  start(&Between);
  step(1), elsewhere(1), ask(&Before), ask(&Between);
  reload(3);
  ask(&Between), step(2), elsewhere(2), ask(&Before);
  struct Worker After;
  start(&After);
  ask(&After), end(&Before);
  reload(4);
  ask(&After), ask(&Between), step(3), elsewhere(3);
  end(&After), end(&Between);
  return 0;
}
//--- locals.h
extern _Thread_local int Shared;
extern __thread int Array[300];
extern __thread int Added;
void step(int N), elsewhere(int N);
//--- locals.c
#include "construct.h"
#include "locals.h"

#define VERSION 1
#define MODEL(Name) __attribute__((tls_model(Name)))

_Thread_local int Shared = 10;
__thread int Array[300] = {1};
static __thread struct {
  char C;
  short S;
} Pair = {'a', 7};
static __thread int Dynamic MODEL("global-dynamic") = 1;
static __thread int LocalDynamic MODEL("local-dynamic") = 2;
static __thread int Initial MODEL("initial-exec") = 3;
static __thread int Local MODEL("local-exec") = 4;
static __thread _Alignas(64) int Aligned;
__thread int Weak __attribute__((weak)) = 80;

/* Addresses in initial values. */
static int Persistent = 5;
static int function(void) { return VERSION; }
static __thread int *ToPersistent = &Persistent;
static __thread int (*ToFunction)(void) = function;
#if VERSION >= 2
__thread int Added = 30;
static __thread int Zeroes[100];
static __thread int *ToPersistentToo = &Persistent;
static __thread int (*ToFunctionToo)(void) = function;
static __thread struct {
  int Number, *ToElement;
  const char *Text;
} Mixed = {5, &Persistent, "text"};
static int *persistent(void) { return &Persistent; }
#endif
#if VERSION != 3
static __thread int Removed = 40;
#endif

static int counter(void) {
  static _Thread_local int Count;
  return Count++;
}

void step(int N) {
  CHECK(Shared == 10 + 2 * N && Array[0] == 1 + N && Array[299] == 2 * N);
  ++Shared, ++Array[0], ++Array[299];
  CHECK(Pair.C == 'a' + N && Pair.S == 7 + N);
  ++Pair.C, ++Pair.S;
  CHECK(Dynamic == 1 + N && LocalDynamic == 2 + N && Initial == 3 + N);
  CHECK(Local == 4 + N && Aligned == N && !((unsigned long)&Aligned % 64));
  ++Dynamic, ++LocalDynamic, ++Initial, ++Local, ++Aligned;
  CHECK(counter() == N && Weak == 80 + N);
  ++Weak;
  CHECK(ToPersistent == &Persistent && ToFunction() == VERSION);
#if VERSION >= 2
  int First = Added - 30;
  CHECK(First <= N && Zeroes[99] == First);
  ++Added, ++Zeroes[99];
  CHECK(ToPersistentToo == &Persistent && ToFunctionToo == function);
  CHECK(Mixed.ToElement == persistent() && *Mixed.Text == 't');
  CHECK(Mixed.Number == 5 + First);
  ++Mixed.Number;
#endif
#if VERSION != 3
  CHECK(Removed >= 40 && Removed <= 40 + N);
  ++Removed;
#endif
}
//--- other.c
#include "construct.h"
#include "locals.h"

#define VERSION 1

void elsewhere(int N) {
  CHECK(Shared == 11 + 2 * N && Array[299] == 1 + 2 * N);
  ++Shared, ++Array[299];
#if VERSION >= 2
  CHECK(Added > 30 && Added <= 31 + N);
#endif
}
