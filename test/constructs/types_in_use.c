// A variable does not get another layout while somebody is in the middle of using it: a pointer to it in a variable, on a
// heap, on a stack, a function that is active here or in another thread. After that it does.
// RUN: %{construct} %s %t
//--- main.c
#include "construct.h"
#include "use.h"
#include <hcr/hcr.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

static sem_t Entered, Leave;

static void *runWorker(void *Unused) {
  work(&Entered, &Leave);
  return Unused;
}

// Cleans the stack of what earlier calls left there.
static __attribute__((noinline)) void wipe(void) {
  volatile char Space[16384];
  memset((char *)Space, 0, sizeof Space);
}

static __attribute__((noinline)) void refusedFor(const char *Text) {
  wipe();
  CHECK(hcr_reload_needed());
  CHECK(hcr_perform_code_reload() == HCR_REFUSED);
  char Message[2000];
  hcr_last_message(Message, sizeof Message);
  if (!strstr(Message, Text)) {
    fprintf(stderr, "expected: %s\nis: %s\n", Text, Message);
    _Exit(1);
  }
  // Nothing changed.
  CHECK(value() == 7);
}

// What was refused is looked at again when its file is new.
static void again(int Version) { edit(Version); }

static void fromInside(void) { refusedFor("its value cannot be kept: callBack of use.c, which uses the old layout, is running on thread "); }

int main(void) {
  sem_init(&Entered, 0, 0);
  sem_init(&Leave, 0, 0);
  set(7);
  keep(1);
  again(2);
  refusedFor("+ int More\n");
  again(3);
  refusedFor("its value cannot be kept: the variable Pointer holds a pointer to it, and it has to move; undo the change, write a function for HCR_MIGRATE(World, ");
  keep(0);
  void **Heap = malloc(64);
  keepAt(&Heap[3]);
  again(4);
  refusedFor("its value cannot be kept: memory at 0x");
  Heap[3] = NULL;
  again(5);
  callBack(fromInside);
  pthread_t Worker;
  pthread_create(&Worker, NULL, runWorker, NULL);
  sem_wait(&Entered);
  again(6);
  refusedFor("its value cannot be kept: work of use.c, which uses the old layout, is running on thread ");
  sem_post(&Leave);
  pthread_join(Worker, NULL);
  wipe();
  reload(7);
  CHECK(value() == 7 && more() == 70);
  free(Heap);
}
//--- use.h
#include <semaphore.h>
void set(int Value);
int value(void);
int more(void);
void keep(int On);
void keepAt(void **Place);
void callBack(void (*Function)(void));
void work(sem_t *Entered, sem_t *Leave);
//--- use.c
#include "use.h"
#define VERSION 1
// Makes a difference between versions that are alike otherwise.
int version(void) { return VERSION; }
struct World {
#if VERSION >= 2
  int More;
#endif
  int Value;
};
#if VERSION >= 2
struct World World = {.More = 70};
int more(void) { return World.More; }
#else
struct World World;
int more(void) { return 0; }
#endif
int *Pointer;
void set(int Value) { World.Value = Value; }
int value(void) { return World.Value; }
void keep(int On) { Pointer = On ? &World.Value : 0; }
void keepAt(void **Place) { *Place = &World; }
void callBack(void (*Function)(void)) {
  World.Value += 1;
  World.Value -= 1;
  Function();
  World.Value = 7;
}
void work(sem_t *Entered, sem_t *Leave) {
  sem_post(Entered);
  sem_wait(Leave);
  World.Value = 7;
}
