/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 * A program that does its work when a line comes, and ends with its input.
 * Edits announce themselves by mutation_note(), so that each has an effect that
 * can be seen; the sum of a round's notes is part of the round's output. */
#ifndef DRIVER_H
#define DRIVER_H
#include <stdio.h>

#ifdef __cplusplus
extern "C"
#endif
    void
    mutation_note(long Value);
void workload(void);

static unsigned long Notes, NoteCount;

void mutation_note(long Value) {
  Notes = Notes * 31 + (unsigned long)Value;
  ++NoteCount;
}

int main(void) {
  char Line[16];
  while (fgets(Line, sizeof(Line), stdin)) {
    Notes = NoteCount = 0;
    workload();
    printf("notes %lu, sum %lx\nend of round\n", NoteCount, Notes);
    fflush(stdout);
  }
  return 0;
}

/* For results that are too long to print. */
__attribute__((unused)) static unsigned digest(const void *Data,
                                               unsigned long Size) {
  unsigned Sum = 2166136261u;
  const unsigned char *Bytes = (const unsigned char *)Data;
  for (unsigned long I = 0; I < Size; ++I)
    Sum = (Sum ^ Bytes[I]) * 16777619u;
  return Sum;
}
#endif
