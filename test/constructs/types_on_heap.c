// A type of which the program may have objects on the heap: a reload that changes its layout is refused by name; types that no
// code allocates can change. A module that knows the old layout of a migrated variable's type must be built, too.
// RUN: %{construct} %s %t
//--- main.c
#include "construct.h"
#include "use.h"
#include <hcr/hcr.h>

int main(void) {
  CHECK(makeHeap() == 3 && onStack() == 1);
  refused(2, "heap.c: the layout of the type Node changed, and the program may have objects of it on the heap");
  CHECK(valueOfHeap() == 3);
  char Types[100];
  CHECK(hcr_changed_types(Types, sizeof Types) == 0);
  reload(3);
  CHECK(onStack() == 3 && valueOfHeap() == 3);
  CHECK(hcr_changed_types(Types, sizeof Types) == sizeof "Local" - 1);
}
//--- use.h
int makeHeap(void);
int valueOfHeap(void);
int onStack(void);
//--- heap.c
#include "use.h"
#include <stdlib.h>
#define VERSION 1
struct Node {
#if VERSION == 2
  long New;
#endif
  int Value;
  struct Node *Next;
};
struct Local {
  int Value;
#if VERSION >= 3
  int More;
#endif
};
static struct Node *First;
int makeHeap(void) {
  First = malloc(sizeof *First);
  First->Value = 3;
  return First->Value;
}
int valueOfHeap(void) { return First->Value; }
static int get(const struct Local *L) { return L->Value; }
int onStack(void) {
  struct Local L = {VERSION};
  return get(&L);
}
