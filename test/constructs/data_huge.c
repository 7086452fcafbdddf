// Aligned and huge variables: an image holds no copy of 100 MB of zeroes, nor
// does a reload touch them.
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.medium --modes=host-O2 -mcmodel=medium
// RUN: %{construct} %s %t.large --modes=host-O2 -mcmodel=large
#include "construct.h"
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#define VERSION 1

enum { Huge = 100 << 20 };

static char Old[Huge];
char Exported[Huge];
static _Alignas(4096) char Page[3] = {1, 2, 3};
_Alignas(64) int Line[16];
static const _Alignas(1024) char Fixed[] = "fixed";
#if VERSION >= 2
static char New[Huge];
static char *const NewEnd = New + Huge;
static _Alignas(4096) char NewPage[5000] = {4, 5};
static _Alignas(256) int NewLine;
#endif

static int isAligned(const void *Address, uintptr_t To) {
  return (uintptr_t)Address % To == 0;
}

static int step(int N) {
  CHECK(Old[0] == N && Old[Huge - 1] == 2 * N && Exported[Huge / 2] == 3 * N);
  Old[0] += 1, Old[Huge - 1] += 2, Exported[Huge / 2] += 3;
  CHECK(isAligned(Page, 4096) && Page[2] == 3 + N && isAligned(Line, 64));
  CHECK(isAligned(Fixed, 1024) && !strcmp(Fixed, "fixed"));
  ++Page[2], ++Line[15];
#if VERSION >= 2
  CHECK(New[0] == N - 1 && New[Huge - 1] == N - 1 && NewEnd[-1] == N - 1);
  ++New[0], ++New[Huge - 1];
  CHECK(isAligned(NewPage, 4096) && NewPage[1] == 5 && NewPage[4999] == 0);
  CHECK(isAligned(&NewLine, 256) && NewLine == N - 1);
  ++NewLine;
#endif
  return Line[15];
}

static int version(void) { return VERSION; }

static long peak(void) {
  struct rusage Usage;
  getrusage(RUSAGE_SELF, &Usage);
  return Usage.ru_maxrss / 1024;
}

int main(void) {
  CHECK(step(0) == 1);
  reload(2);
  CHECK(step(1) == 2);
  reload(3);
  CHECK(step(2) == 3 && version() == 3);
  /* In MB: of four arrays of 100 MB nobody touched more than some pages. */
  CHECK(peak() < 60);
  FILE *Image = fopen("program.hcr/data_huge.c.so", "r");
  CHECK(Image && !fseek(Image, 0, SEEK_END) && ftell(Image) < 300000);
  fclose(Image);
  return 0;
}
