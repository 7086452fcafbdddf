/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 * Runs a program's main() over and over, as often as AGAIN says: self tests end
 * at once and would see few reloads. The program is compiled with
 * -Dmain=programMain, as C or as C++ like this file. */
#undef main
#include <stdlib.h>

#ifndef AGAIN_CHAR
#define AGAIN_CHAR char
#endif

int programMain(int Count, AGAIN_CHAR **Words);

int main(int Count, char **Words) {
  const char *Again = getenv("AGAIN");
  int Code = 0;
  for (int Left = Again ? atoi(Again) : 1; Left > 0; --Left)
    Code |= programMain(Count, (AGAIN_CHAR **)Words);
  return Code;
}
