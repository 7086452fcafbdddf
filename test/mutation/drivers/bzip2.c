/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 * bzip2's library: text, noise and zeros, both block sorters, both decoders. */
#include "bzlib.h"
#include "driver.h"
#include <string.h>

enum { Size = 30000 };

/* The library asks its user for this function. */
void bz_internal_error(int Code) { printf("internal error %d\n", Code); }

static void packAndUnpack(char *Data, int Level, int WorkFactor, int Small) {
  static char Packed[2 * Size + 1000], Back[Size];
  unsigned Length = sizeof(Packed), BackLength = Size;
  memset(Back, 0, sizeof(Back));
  int Code = BZ2_bzBuffToBuffCompress(Packed, &Length, Data, Size, Level, 0,
                                      WorkFactor);
  printf("%d/%d: %d %u %08x", Level, WorkFactor, Code, Length,
         digest(Packed, Length));
  Code =
      BZ2_bzBuffToBuffDecompress(Back, &BackLength, Packed, Length, Small, 0);
  printf(" %d %u %s\n", Code, BackLength,
         memcmp(Back, Data, Size) ? "different" : "equal");
}

void workload(void) {
  static char Text[Size], Noise[Size], Zeros[Size];
  static const char *Words[] = {"hot ", "code ", "reloading ", "of ",
                                "programs, "};
  unsigned State = 1, At = 0;
  while (At < Size - 16) {
    const char *Word = Words[(State = State * 1103515245u + 12345u) >> 16 & 3];
    memcpy(Text + At, Word, strlen(Word));
    At += (unsigned)strlen(Word);
  }
  for (At = 0; At < Size; ++At)
    Noise[At] = (char)((State = State * 1103515245u + 12345u) >> 16);
  for (int Level = 1; Level <= 9; Level += 8)
    for (int Work = 1; Work <= 31; Work += 30)
      for (int Small = 0; Small < 2; ++Small) {
        packAndUnpack(Text, Level, Work, Small);
        packAndUnpack(Noise, Level, Work, Small);
        packAndUnpack(Zeros, Level, Work, Small);
      }
}
