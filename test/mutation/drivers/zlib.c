/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 * zlib: text, noise and zeros through every level and strategy, and back. */
#include "zlib.h"
#include "driver.h"
#include <stdlib.h>
#include <string.h>

enum { Size = 20000 };

static void packAndUnpack(const unsigned char *Data, int Level, int Strategy) {
  static unsigned char Packed[2 * Size], Back[Size];
  z_stream S;
  memset(&S, 0, sizeof(S));
  memset(Packed, 0, sizeof(Packed));
  int Code = deflateInit2(&S, Level, Z_DEFLATED, 15, 8, Strategy);
  S.next_in = (unsigned char *)Data;
  S.avail_in = Size;
  S.next_out = Packed;
  S.avail_out = sizeof(Packed);
  int Done = deflate(&S, Z_FINISH);
  unsigned long Length = S.total_out;
  printf("%d/%d: %d %d %lu %08x", Level, Strategy, Code, Done, Length,
         digest(Packed, Length));
  deflateEnd(&S);
  memset(&S, 0, sizeof(S));
  memset(Back, 0, sizeof(Back));
  Code = inflateInit(&S);
  S.next_in = Packed;
  S.avail_in = (unsigned)Length;
  S.next_out = Back;
  /* In small steps, so that the state is kept between calls. */
  do {
    S.avail_out = 1000;
    if (S.total_out + 1000 > Size)
      S.avail_out = (unsigned)(Size - S.total_out);
    Done = inflate(&S, Z_SYNC_FLUSH);
  } while (Done == Z_OK && S.total_out < Size);
  printf(" %d %d %lu %s\n", Code, Done, S.total_out, S.msg ? S.msg : "");
  printf("%s\n", memcmp(Back, Data, Size) ? "different" : "equal");
  inflateEnd(&S);
}

void workload(void) {
  static unsigned char Text[Size], Noise[Size], Zeros[Size];
  static const char *Words[] = {"hot ", "code ", "reloading ", "of ",
                                "programs, "};
  unsigned State = 1, At = 0;
  while (At < Size - 16) {
    const char *Word = Words[(State = State * 1103515245u + 12345u) >> 16 & 3];
    memcpy(Text + At, Word, strlen(Word));
    At += (unsigned)strlen(Word);
  }
  for (At = 0; At < Size; ++At)
    Noise[At] = (unsigned char)((State = State * 1103515245u + 12345u) >> 16);
  printf("%lx %lx\n", crc32(0, Text, Size), adler32(1, Noise, Size));
  for (int Level = 0; Level <= 9; Level += 3)
    for (int Strategy = Z_DEFAULT_STRATEGY; Strategy <= Z_FIXED; ++Strategy) {
      packAndUnpack(Text, Level, Strategy);
      packAndUnpack(Noise, Level, Strategy);
      packAndUnpack(Zeros, Level, Strategy);
    }
}
