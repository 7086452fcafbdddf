// The new code has left its own frame by a tail call when the crash comes: into a function of its module that changed, that did not change, or that is new, into another module, and into the C library.
// RUN: %{construct} %s %t
// ENV: HCR_ROLLBACK=600000
// MODES: host-O2
//--- main.c
#include "construct.h"
#include <hcr/hcr.h>
#include <string.h>
long change(const long *), keep(const long *), add(const long *);
long leave(const long *), back(const long *);
size_t count(const char *);
static void crashes(int Version, long (*Function)(const long *), long Result) {
  long Number = 5;
  reload(Version);
  CHECK(Function(&Number) == Result);
  reported("\"rolled_back\"");
  reported("was made again in the version before");
  CHECK(Function(&Number) == Result);
}
int main(void) {
  crashes(2, change, 6);
  crashes(3, keep, 10);
  crashes(4, add, 15);
  crashes(5, leave, 20);
  crashes(6, back, 25);
  reload(7);
  CHECK(count("abc") == 3);
  reported("\"rolled_back\"");
  return 0;
}
//--- other.c
/* Is not loaded again. */
__attribute__((noinline)) long other(const long *Number, long By) {
  return *Number * By;
}
/* Old code between the new one and the crash, without a frame. */
long callBack(long (*Function)(const long *), const long *Number) {
  return Function(Number);
}
//--- work.c
#include <stddef.h>
#include <string.h>
#define VERSION 1
long other(const long *Number, long By);
long callBack(long (*Function)(const long *), const long *Number);

/* What is handed on: the crash is in the one who gets it. */
#define GIVE(Which, Number) (VERSION == (Which) ? (const long *)NULL : (Number))
#define INLINE __attribute__((noinline))

INLINE static long changed(const long *Number) {
  return *Number + 1 + (VERSION == 2 ? 1 : 0);
}
long change(const long *Number) { return changed(GIVE(2, Number)); }

INLINE static long same(const long *Number) { return *Number * 2; }
long keep(const long *Number) { return same(GIVE(3, Number)); }

#if VERSION == 4
INLINE static long added(const long *Number) { return *Number * 4; }
long add(const long *Number) { return added(GIVE(4, Number)); }
#else
long add(const long *Number) { return *Number * 3; }
#endif

long leave(const long *Number) { return other(GIVE(5, Number), 4); }

INLINE static long five(const long *Number) { return *Number * 5; }
long back(const long *Number) { return callBack(five, GIVE(6, Number)); }

size_t count(const char *Text) { return strlen(VERSION == 7 ? NULL : Text); }
