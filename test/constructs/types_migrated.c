// A struct that a variable has grows in the middle, loses members, has numbers widened, nested, in arrays, with bit-fields:
// each member that stays keeps its value, new ones get what the new initial value says; other modules see it, too.
// RUN: %{construct} %s %t
//--- main.c
#include "construct.h"
#include "use.h"

int main(void) {
  CHECK(setUp() == 7);
  CHECK(far() == 7);
  reload(2);
  CHECK(check());
  CHECK(far() == 8);
  reported("the layout of World changed; what it holds was kept");
  reload(3);
  CHECK(check());
  CHECK(far() == 9);
}
//--- use.h
int setUp(void);
int check(void);
int far(void);
//--- types.h
#define VERSION 1
enum Mode { Off, On, Blinking };
typedef struct {
#if VERSION >= 2
  int Weight;
#endif
  short X, Y;
} Place;
struct Item {
  char Name[6];
#if VERSION == 1
  int Gone;
  unsigned char Small;
  int Count;
#else
  long Count;
  int Small;
#endif
  Place At[2];
};
struct World {
#if VERSION >= 2
  double New;
#endif
  int Lives;
#if VERSION >= 2
  const char *Text;
#endif
#if VERSION == 1
  float Speed;
  unsigned Flags : 3;
  int Signed : 4;
  enum Mode Mode;
  unsigned Wide;
  struct Item Items[3];
#else
  double Speed;
  int Signed : 9;
  unsigned Flags : 11;
  long Mode;
  long Wide;
  struct Item Items[5];
#endif
  union {
    int I;
    float F;
#if VERSION >= 3
    double D;
#endif
  } Either;
};
extern struct World World;
extern struct Item Alone[2];
//--- far.c
#include "types.h"
#include "use.h"
int far(void) { return World.Lives + VERSION - 1; }
//--- use.c
#include "types.h"
#include "use.h"
#include <string.h>

struct World World = {
#if VERSION >= 2
    .New = 1.5, .Text = "new", .Items[3].Count = 33,
#endif
    .Lives = 3};
struct Item Alone[2];
static struct {
  int First;
#if VERSION >= 2
  int Between;
#endif
  int Last;
} Unnamed = {1, .Last = 2};

int setUp(void) {
#if VERSION == 1
  static int Twice = 2;
  World.Lives = 5 + Twice;
  World.Speed = 0.25f;
  World.Flags = 5;
  World.Signed = -3;
  World.Mode = Blinking;
  World.Wide = 0xf0000000u;
  World.Either.F = 2.5f;
  for (int I = 0; I < 3; ++I) {
    strcpy(World.Items[I].Name, "item");
    World.Items[I].Count = -10 * I;
    World.Items[I].Small = 200 + I;
    World.Items[I].At[1].X = I;
    World.Items[I].At[1].Y = -I;
  }
  Alone[1].Count = 77;
  Unnamed.First = 11;
  Unnamed.Last = 12;
#endif
  return World.Lives;
}

int check(void) {
#if VERSION >= 2
  int Good = World.New == 1.5 && World.Lives == 7 && !strcmp(World.Text, "new") && World.Speed == 0.25 &&
             World.Flags == 5 && World.Signed == -3 && World.Mode == Blinking && World.Wide == 0xf0000000l &&
             World.Either.F == 2.5f && World.Items[3].Count == 33 && World.Items[4].Count == 0;
  for (int I = 0; I < 3; ++I)
    Good = Good && !strcmp(World.Items[I].Name, "item") && World.Items[I].Count == -10 * I &&
           World.Items[I].Small == 200 + I && World.Items[I].At[1].X == I && World.Items[I].At[1].Y == -I &&
           World.Items[I].At[1].Weight == 0;
  return Good && Alone[1].Count == 77 && Unnamed.First == 11 && Unnamed.Between == 0 && Unnamed.Last == 12;
#else
  return 0;
#endif
}
