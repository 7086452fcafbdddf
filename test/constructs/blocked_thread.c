// A function whose only caller is a thread that is blocked in it: changed,
// removed and added again while the thread sits there.
// RUN: %{construct} %s %t
// LINK: -pthread
//--- worker.c
#define VERSION 1
#include <unistd.h>
int Pipe[2], Back[2];
static int step(int X) { return X * 10 + VERSION; }
#if VERSION != 2
__attribute__((noinline)) static int onlyCalledByTheThread(int X) {
  char Byte;
  int Here = 100 * VERSION;
  if (write(Back[1], "r", 1) != 1 || read(Pipe[0], &Byte, 1) != 1)
    return -1;
  return X + Here + step(Byte - '0');
}
void *work(void *X) {
  long Sum = 0;
  for (int I = 0; I < 2; ++I)
    Sum = Sum * 1000 + onlyCalledByTheThread((int)(long)X);
  return (void *)Sum;
}
#endif
int other(void) { return step(0); }
//--- main.c
#include "construct.h"
#include <pthread.h>
#include <unistd.h>
extern int Pipe[2], Back[2];
void *work(void *) __attribute__((weak));
int other(void);
static void await(void) {
  char Byte;
  CHECK(read(Back[0], &Byte, 1) == 1);
}
int main(void) {
  CHECK(!pipe(Pipe) && !pipe(Back));
  pthread_t Thread;
  pthread_create(&Thread, NULL, work, (void *)5L);
  await();
  reload(2); // the thread's functions are removed
  CHECK(other() == 2);
  reload(3); // and come back
  CHECK(write(Pipe[1], "1", 1) == 1);
  await();
  CHECK(write(Pipe[1], "2", 1) == 1);
  void *Result;
  pthread_join(Thread, &Result);
  // Its first call finished old (100) with a new step() (13).
  CHECK((long)Result / 1000 == 5 + 100 + 13);
  // The second was new.
  CHECK((long)Result % 1000 == 5 + 300 + 23);
  return 0;
}
