// A snapshot together with calls that are made again: plain variables are those of the reload when the old body runs, whatever thread crashes, and what points into them still does.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=600000 HCR_SNAPSHOT=1
// MODES: module-O0
// FLAGS: -pthread
//--- main.c
#include "construct.h"
#include "score.h"
#include <hcr/hcr.h>
#include <pthread.h>
struct Score Score;
int Own = 1;
int *Place = &Score.Points[2];
static void *onThread(void *Unused) {
  CHECK(add(3) == 108);
  return Unused;
}
int main(void) {
  CHECK(add(5) == 5 && Score.Sum == 5 && Own == 2 && *Place == 5);
  reload(2);
  Own = 70; // after the reload: it goes back, too
  CHECK(add(100) == 105);
  reported("\"rolled_back\"");
  CHECK(Score.Sum == 105 && Own == 3);
  CHECK(Place == &Score.Points[2] && *Place == 100);
  CHECK(Calls == 2);
  reload(3);
  pthread_t Thread;
  CHECK(!pthread_create(&Thread, NULL, onThread, NULL));
  CHECK(!pthread_join(Thread, NULL));
  reported("\"rolled_back\"");
  CHECK(Score.Sum == 108 && Own == 4 && Calls == 3 && *Place == 3);
  hcr_snapshot(false);
  reload(4);
  CHECK(add(10) == 118); // to 1108 by the code that crashes, then by the old
  CHECK(Own == 5 + 1000 && Calls == 4);
  return 0;
}
//--- score.h
struct Score {
  int Sum, Points[4];
};
extern struct Score Score;
extern int Own, Calls;
int add(int Number);
//--- step.c
#include "score.h"
#include <stddef.h>
#define VERSION 1
int Calls;
static int *volatile Nothing;
int add(int Number) {
  if (VERSION > 1) {
    Own += VERSION == 4 ? 1000 : VERSION;
    if (VERSION < 4) {
      Score.Sum = -1;
      Score.Points[2] = -1;
      Calls = -1;
    }
    *Nothing = 1;
  }
  ++Calls;
  ++Own;
  Score.Points[2] = Number;
  return Score.Sum += Number;
}
