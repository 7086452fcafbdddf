// Tables, `const` and not, that hold addresses of functions and variables, also
// inside objects and as numbers: what code finds through them is the newest.
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.nopie --modes=host-O2 -fno-pie -no-pie
// RUN: %{construct} %s %t.lto --modes=host-O2 -flto -fuse-ld=lld
// RUN: %{construct} %s %t.hidden --modes=host-O2 -fvisibility=hidden
//--- table.h
struct Pair {
  int A, B;
};
extern int Shared[4];
extern const int Elsewhere[2];
int theirs(int), other(int), throughTables(void);
int (*table(int))(int);
//--- table.c
#include "construct.h"
#include "table.h"
#include <string.h>

#define VERSION 1


static int Numbers[4] = {10, 20, 30, 40};
static struct {
  char Pad[3];
  struct Pair Inner[2];
} Nested = {{1, 2, 3}, {{5, 6}, {7, 8}}};
static const int Fixed[3] = {100, 200, 300};

static int mine(int X) { return X + VERSION; }

/* Functions: internal, external here, external elsewhere, of libc. */
static int (*const Functions[])(int) = {mine, theirs, other, abs};
static int (*Changeable[])(int) = {mine, theirs, other, abs};

/* Addresses of parts, in both directions, and as numbers. */
static int *const Parts[] = {&Numbers[1], &Numbers[4], Numbers - 1 + 3,
                             &Nested.Inner[1].B, &Shared[2], Shared + 1};
static const unsigned long long AsNumbers[] = {
    (unsigned long long)&Numbers[2], (unsigned long long)mine,
    (unsigned long long)(Shared + 3), (unsigned long long)&Fixed[1]};
static const struct {
  short Small;
  struct {
    const char *Name;
    int (*Run)(int);
    const int *Const;
    void *Self;
  } In[2];
} Deep = {1, {{"a", mine, &Fixed[2], (void *)&Deep.In[1]},
              {"b", other, &Elsewhere[1], Numbers}}};

int (*table(int I))(int) { return I ? Changeable[1] : Functions[0]; }

int throughTables(void) {
  CHECK(Functions[0](1) == mine(1) && Changeable[0](1) == mine(1));
  CHECK(Functions[1](1) == theirs(1) && Changeable[1](1) == theirs(1));
  CHECK(Functions[2](1) == other(1) && Changeable[2](1) == other(1));
  CHECK(Functions[3](-5) == 5 && Functions[3] == abs && Functions[0] == mine);
  CHECK(Parts[0] == &Numbers[1] && Parts[1] == Numbers + 4);
  CHECK(Parts[2] == &Numbers[2] && Parts[3] == &Nested.Inner[1].B);
  CHECK(Parts[4] == &Shared[2] && Parts[5] == &Shared[1]);
  CHECK(AsNumbers[0] == (unsigned long long)&Numbers[2]);
  CHECK(AsNumbers[1] == (unsigned long long)mine);
  CHECK(AsNumbers[2] == (unsigned long long)&Shared[3]);
  CHECK(*(const int *)AsNumbers[3] == 200);
  CHECK(Deep.In[0].Run == mine && Deep.In[1].Run == other);
  CHECK(*Deep.In[0].Const == 300 && *Deep.In[1].Const == Elsewhere[1]);
  CHECK(Deep.In[0].Self == &Deep.In[1] && !strcmp(Deep.In[1].Name, "b"));
  ++*Parts[0];
  ++*Parts[4];
  return Numbers[1] * 1000 + Shared[2];
}

int theirs(int X) { return X * 10 + VERSION; }
//--- other.c
#include "table.h"

#define VERSION 1

int Shared[4] = {0, 1, 2, 3};
const int Elsewhere[2] = {7, 8};

int other(int X) { return X * 100 + VERSION; }
//--- main.c
#include "construct.h"
#include "table.h"

int main(void) {
  int (*Kept)(int) = table(0);
  CHECK(throughTables() == 21 * 1000 + 3);
  CHECK(Kept(1) == 2 && table(1)(1) == 11);
  reload(2);
  CHECK(throughTables() == 22 * 1000 + 4);
  CHECK(Kept(1) == 3 && table(0) == Kept && table(1)(1) == 12);
  reload(3);
  CHECK(throughTables() == 23 * 1000 + 5);
  CHECK(Kept(1) == 4 && table(0) == Kept && table(1)(1) == 13);
  return 0;
}
