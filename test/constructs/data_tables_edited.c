// Tables whose rows an edit adds, changes and removes, with functions that come
// and go; a `const` table that live state refers to stays readable.
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.hidden --modes=host-O2 -fvisibility=hidden
#include "construct.h"
#include <string.h>

#define VERSION 1

typedef int Command(int);
struct Row {
  const char *Name;
  Command *Run;
};

static int twice(int X) { return X * 2; }
#if VERSION != 3
static int thrice(int X) { return X * 3 + (VERSION == 1 ? 0 : 1); }
#endif
#if VERSION >= 2
int square(int X) { return X * X + 10 * VERSION; }
static int Counter = 50;
static int count(int X) { return Counter += X; }
#endif

static const struct Row Rows[] = {
    {"twice", twice},
#if VERSION != 3
    {"thrice", thrice},
#endif
#if VERSION >= 2
    {"square", square},
    {"count", count},
#endif
};
static Command *const *const Indirect[] = {&Rows[0].Run, &Rows[1].Run};

/* Room for more rows, so its size stays; what is in it belongs to the program. */
static struct Row Own[3] = {
    {"twice", twice},
#if VERSION >= 2
    {"square", square},
#endif
};

static const struct Row *find(const char *Name) {
  for (unsigned I = 0; I != sizeof Rows / sizeof *Rows; ++I)
    if (!strcmp(Rows[I].Name, Name))
      return &Rows[I];
  return NULL;
}
static int run(const char *Name, int X) {
  const struct Row *Found = find(Name);
  return Found ? Found->Run(X) : -1;
}
/* Its address is known outside, so it is kept where nothing in it changes. */
static Command *const *const *indirectTable(void) { return Indirect; }
static int indirect(int I, int X) { return (*indirectTable()[I])(X); }
static Command *own(int I) { return Own[I].Run; }
static void setOwn(int I, Command *Run) { Own[I].Run = Run; }
static Command *twiceAddress(void) { return twice; }

int main(void) {
  const struct Row *Kept = find("thrice");
  CHECK(run("twice", 4) == 8 && run("thrice", 4) == 12);
  CHECK(run("square", 4) == -1);
  CHECK(indirect(1, 4) == 12);
  Command *const *const *Table = indirectTable();
  setOwn(0, Kept->Run);
  reload(2);
  CHECK(run("twice", 4) == 8 && run("thrice", 4) == 13);
  CHECK(run("square", 4) == 36 && run("count", 4) == 54);
  CHECK(Kept != find("thrice") && !strcmp(Kept->Name, "thrice"));
  CHECK(Kept->Run(4) == 13 && Kept->Run == find("thrice")->Run);
  CHECK(indirect(1, 4) == 13 && Table != indirectTable());
  CHECK(own(0)(4) == 13 && !own(1));
  reported("initial value of Own changed; the variable keeps its value");
  Command *Square = find("square")->Run;
  reload(3);
  CHECK(run("thrice", 4) == -1 && run("square", 4) == 46);
  CHECK(run("count", 4) == 58 && Square(4) == 46);
  CHECK(Square == find("square")->Run && indirect(1, 4) == 46);
  /* The removed function is still there for who kept its address. */
  CHECK(Kept->Run(4) == 13 && !strcmp(Kept->Name, "thrice"));
  reload(2);
  CHECK(run("thrice", 4) == 13 && Kept->Run == find("thrice")->Run);
  CHECK(twiceAddress() == find("twice")->Run);
  return 0;
}
