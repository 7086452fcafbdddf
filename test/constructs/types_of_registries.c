// Objects that a registry makes, as GObject does: it knows their size from data, or code goes from the first member (the base,
// in C) to the whole. A reload that changes such a type is refused by name; the same cast to a base says nothing about a type.
// RUN: %{construct} %s %t
//--- main.c
#include "construct.h"
#include "use.h"

int main(void) {
  CHECK(byData() == 1 && byCast() == 2 && toBase() == 3 && table() == 2);
  refused(2, "types.c: the layout of the type ByData changed, and the program may have objects of it on the heap");
  CHECK(byData() == 1);
  refused(3, "types.c: the layout of the type ByCast changed, and the program may have objects of it on the heap");
  CHECK(byCast() == 2);
  reload(4);
  CHECK(byData() == 1 && byCast() == 2 && toBase() == 4 && table() == 3);
}
//--- use.h
#include <stddef.h>
struct Base {
  size_t Size;
};
struct Base *makeBySize(const size_t *Size);
int byData(void);
int byCast(void);
int toBase(void);
int table(void);
//--- registry.c
#include "use.h"
#include <stdlib.h>
struct Base *makeBySize(const size_t *Size) {
  struct Base *Made = calloc(1, *Size);
  Made->Size = *Size;
  return Made;
}
//--- types.c
#include "use.h"
#define VERSION 1
struct ByData {
  struct Base First;
#if VERSION == 2
  long New;
#endif
  int Value;
};
struct ByCast {
  struct Middle {
    struct Base First;
  } Second;
#if VERSION == 3
  long New;
#endif
  int Value;
};
struct Variable {
  struct Base First;
#if VERSION >= 4
  long New;
#endif
  int Value;
};
static const size_t Registered = sizeof(struct ByData);
int byData(void) {
  struct Base *Made = makeBySize(&Registered);
  return (Made->Size == sizeof(struct ByData)) + ((struct ByData){*Made, 0}).Value;
}
int byCast(void) {
  static struct ByCast Made = {.Value = 2};
  static struct Base *const Known = &Made.Second.First;
  return ((struct ByCast *)Known)->Value;
}
static struct Variable One = {.Value = 3};
static size_t sizeOf(struct Base *B) { return B->Size; }
int toBase(void) {
  return One.Value + (int)sizeOf((struct Base *)&One) + (VERSION >= 4);
}
static struct Entry {
  int Key;
#if VERSION >= 4
  int Value;
#endif
} Table[] = {{1}, {2}};
static const int Entries = sizeof(Table) / sizeof(Table[0]);
int table(void) { return Entries + Table[0].Key - 1 + (VERSION >= 4); }
