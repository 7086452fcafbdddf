// Functions given away before the edit: to qsort, bsearch, atexit, on_exit,
// signal, sigaction, threads, thread-specific data, fork handlers.
// RUN: %{construct} %s %t
// LINK: -pthread
// EXPECT: 33
#include "construct.h"
#include <pthread.h>
#include <search.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define VERSION 1

static int Calls;
static int compare(const void *A, const void *B) {
  int L = *(const int *)A, R = *(const int *)B;
  ++Calls;
  return VERSION == 1 ? (L > R) - (L < R) : (R > L) - (R < L);
}
static int compareFirstReloads(const void *A, const void *B) {
  if (Calls++ == 0)
    reload(3);
  return *(const int *)A - *(const int *)B;
}
static int (*volatile Compare)(const void *, const void *) = compare;
static int sorted(int Sign) {
  int Numbers[] = {5, 2, 9, 1, 7, 3};
  qsort(Numbers, 6, sizeof(int), compare);
  for (int I = 0; I < 5; ++I)
    if ((Numbers[I + 1] - Numbers[I]) * Sign <= 0)
      return 0;
  int Key = 7;
  int *Found = bsearch(&Key, Numbers, 6, sizeof(int), Compare);
  return Found && *Found == 7;
}

static int Signals;
static void onSignal(int Number) { Signals += Number == SIGUSR1 ? VERSION : 0; }
static void onAction(int Number, siginfo_t *Info, void *Context) {
  (void)Context;
  Signals += Info->si_signo == Number ? 100 * VERSION : 0;
}

static pthread_key_t Key;
static int Destroyed;
static void destroyKey(void *Value) { Destroyed += *(int *)Value * VERSION; }
static pthread_mutex_t Lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t Changed = PTHREAD_COND_INITIALIZER;
static int Started, Go;
static int work(int X) { return X * VERSION; }
static void *run(void *Value) {
  pthread_setspecific(Key, Value);
  pthread_mutex_lock(&Lock);
  ++Started;
  pthread_cond_broadcast(&Changed);
  while (!Go)
    pthread_cond_wait(&Changed, &Lock);
  pthread_mutex_unlock(&Lock);
  return (void *)(long)work(*(int *)Value);
}
static void once(void) { Calls = 1000 * VERSION; }
static pthread_once_t Once = PTHREAD_ONCE_INIT;

static int Forks;
static void prepare(void) { Forks += VERSION; }
static void inParent(void) { Forks += 10 * VERSION; }
static void inChild(void) { Forks += 100 * VERSION; }

static int ExitSum;
static void first(void) { ExitSum += VERSION; }
static void second(int Code, void *Value) {
  ExitSum += Code + *(int *)Value * VERSION;
}
// Registered first, so called last.
static void last(void) { _exit(ExitSum == 2 * 3 + 5 + 5 * 3 ? 33 : 1); }

int main(void) {
  static int Ten = 10, Five = 5;
  atexit(last);
  atexit(first);
  on_exit(second, &Five);
  signal(SIGUSR1, onSignal);
  struct sigaction Action = {.sa_flags = SA_SIGINFO, .sa_sigaction = onAction};
  sigaction(SIGUSR2, &Action, NULL);
  pthread_key_create(&Key, destroyKey);
  pthread_atfork(prepare, inParent, inChild);
  pthread_t Thread;
  pthread_create(&Thread, NULL, run, &Ten);
  pthread_mutex_lock(&Lock);
  while (!Started)
    pthread_cond_wait(&Changed, &Lock);
  pthread_mutex_unlock(&Lock);
  CHECK(sorted(1));
  raise(SIGUSR1);
  raise(SIGUSR2);
  CHECK(Signals == 101);

  reload(2);

  CHECK(sorted(-1));
  raise(SIGUSR1);
  raise(SIGUSR2);
  CHECK(Signals == 303);
  pthread_mutex_lock(&Lock);
  Go = 1;
  pthread_cond_broadcast(&Changed);
  pthread_mutex_unlock(&Lock);
  void *Result;
  pthread_join(Thread, &Result);
  CHECK((long)Result == 20 && Destroyed == 20);
  pthread_create(&Thread, NULL, run, &Five);
  pthread_join(Thread, &Result);
  CHECK((long)Result == 10 && Destroyed == 30);
  pthread_once(&Once, once);
  CHECK(Calls == 2000);
  pid_t Child = fork();
  if (!Child)
    _exit(Forks == 202 ? 9 : 1);
  int Status;
  waitpid(Child, &Status, 0);
  CHECK(WEXITSTATUS(Status) == 9 && Forks == 22);

  // In the middle of a sort: the rest of it already runs the new comparison.
  Calls = 0;
  int Numbers[] = {3, 1, 2, 5, 4};
  qsort(Numbers, 5, sizeof(int), compareFirstReloads);
  CHECK(Numbers[0] == 1 && Numbers[4] == 5);
  // New code registers, too.
  CHECK(atexit(first) == 0);
  exit(5);
}
