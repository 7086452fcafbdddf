// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How long a call takes. One request per line on standard input:
//
//   measure   prints nanoseconds per call: into another module, within the
//   module, through a stored pointer reload    loads what was built meanwhile;
//   prints the generation
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

unsigned far(unsigned X);
// Weak, so that the same file is also the program without HCR.
__attribute__((weak)) int hcr_perform_code_reload(void);
__attribute__((weak)) intptr_t hcr_generation(void);

__attribute__((noinline)) unsigned near(unsigned X) {
  __asm__(""); // or calls with the same argument would be made once
  return X * 3 + 1;
}

static unsigned (*volatile Stored)(unsigned) = far;
static volatile unsigned Sink;

enum { Calls = 2000000 };

static double now(void) {
  struct timespec T;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &T);
  return T.tv_sec * 1e9 + T.tv_nsec;
}

__attribute__((noinline)) static double timeFar(void) {
  unsigned X = Sink;
  double Start = now();
  for (int I = 0; I < Calls; ++I)
    X = far(X);
  Sink = X;
  return (now() - Start) / Calls;
}

__attribute__((noinline)) static double timeNear(void) {
  unsigned X = Sink;
  double Start = now();
  for (int I = 0; I < Calls; ++I)
    X = near(X);
  Sink = X;
  return (now() - Start) / Calls;
}

__attribute__((noinline)) static double timeStored(void) {
  unsigned X = Sink;
  double Start = now();
  for (int I = 0; I < Calls; ++I)
    X = Stored(X);
  Sink = X;
  return (now() - Start) / Calls;
}

int main(void) {
  char Line[64];
  while (fgets(Line, sizeof(Line), stdin)) {
    if (!strncmp(Line, "reload", 6)) {
      if (hcr_perform_code_reload)
        hcr_perform_code_reload();
      printf("generation %ld\n", hcr_generation ? (long)hcr_generation() : 0L);
    } else {
      double Far = timeFar(), Near = timeNear(), Pointer = timeStored();
      printf("%.4f %.4f %.4f\n", Far, Near, Pointer);
    }
    fflush(stdout);
  }
  return 0;
}
