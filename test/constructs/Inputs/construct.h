/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Words for the programs in this directory, which edit themselves:
 *
 *   #define VERSION 1               // reload(2) makes this 2, in every file
 *   static int answer(void) { return VERSION == 1 ? 10 : 20; }
 *   int main(void) {
 *     CHECK(answer() == 10);
 *     reload(2);                    // edits, builds, reloads; or fails
 *     CHECK(answer() == 20);
 *   }
 *
 * Without HCR in it (construct.c is compiled by plain Clang), so nothing here
 * is reloaded itself. */
#ifndef CONSTRUCT_H
#define CONSTRUCT_H

#include <stdio.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Sets VERSION in every file of the program, builds what changed and loads
 * it. Ends the program with a message if that is refused or nothing is new. */
void reload(int Version);

/** The first half of reload(): edits and builds, and does not load. */
void edit(int Version);

/** As reload(), but the build must succeed and the runtime must refuse with a
 * message that contains Text; the program runs on in its old version. */
void refused(int Version, const char *Text);

/** The last reload's report (docs/Abi.md, `status`) contains Text; else the
 * program ends with a message. */
void reported(const char *Text);

/** The opposite of reported(). */
void notReported(const char *Text);

/** Starts a thread that blocks every signal. */
void startBlockingThread(void);

/** Ends it. */
void endBlockingThread(void);

/** The last reload's report as JSON; the caller frees it. */
char *report(void);

#ifdef __cplusplus
}
#endif

/** Ends the program with the place and the text of a condition that is false.
 */
#define CHECK(Condition)                                                       \
  do {                                                                         \
    if (!(Condition)) {                                                        \
      fprintf(stderr, "%s:%d: wrong: %s\n", __FILE__, __LINE__, #Condition);   \
      _Exit(1);                                                                \
    }                                                                          \
  } while (0)

#endif
