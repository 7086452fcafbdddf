// Structures and unions passed and returned by value: in registers, in memory,
// returned through a hidden pointer, over-aligned, empty, of 10000 bytes.
// RUN: %{construct} %s %t
//--- values.h
struct Pair {
  int A;
  float B;
};
struct Words {
  long A;
  double B;
};
struct Big {
  long Numbers[10];
};
struct Huge {
  char Bytes[10000];
};
struct Empty {};
struct Wide {
  long A;
} __attribute__((aligned(64)));
struct Packed {
  char A;
  long B;
} __attribute__((packed));
union Either {
  double D[2];
  long L[2];
};
struct Bits {
  unsigned A : 3, B : 29;
};

struct Pair pair(struct Pair);
struct Words words(struct Words, struct Words, struct Words, struct Words);
struct Big big(struct Big, int);
struct Huge huge(struct Huge, struct Big, char);
struct Empty empty(struct Empty, int *);
struct Wide wide(int, struct Wide);
struct Packed packed(struct Packed);
union Either either(union Either);
struct Bits bits(struct Bits);
//--- values.c
#include "values.h"
#define VERSION 1
struct Pair pair(struct Pair P) {
  return (struct Pair){(int)P.B * VERSION, P.A};
}
// The last two go by the stack.
struct Words words(struct Words A, struct Words B, struct Words C,
                   struct Words D) {
  return (struct Words){A.A + B.A + C.A + D.A * VERSION,
                        A.B + B.B + C.B + D.B * VERSION};
}
struct Big big(struct Big V, int By) {
  for (int I = 0; I < 10; ++I)
    V.Numbers[I] += By * VERSION;
  return V;
}
struct Huge huge(struct Huge H, struct Big B, char By) {
  for (int I = 0; I < 10000; ++I)
    H.Bytes[I] = (char)(I * By + B.Numbers[9]) * VERSION;
  return H;
}
struct Empty empty(struct Empty E, int *Out) {
  *Out = VERSION;
  return E;
}
struct Wide wide(int By, struct Wide W) {
  return (struct Wide){((unsigned long)&W % 64) + W.A + By * VERSION};
}
struct Packed packed(struct Packed P) {
  return (struct Packed){(char)(P.A + VERSION), P.B * VERSION};
}
union Either either(union Either E) {
  E.L[0] += VERSION;
  return E;
}
struct Bits bits(struct Bits B) {
  return (struct Bits){B.A + VERSION, B.B * VERSION};
}
//--- main.c
#include "construct.h"
#include "values.h"
static struct Big (*const Table[])(struct Big, int) = {big};
static struct Huge (*Keep)(struct Huge, struct Big, char) = huge;
static struct Wide (*KeepWide)(int, struct Wide) = wide;

static void use(int Version) {
  struct Pair P = pair((struct Pair){7, 3.0f});
  CHECK(P.A == 3 * Version && P.B == 7);
  struct Words W = words((struct Words){1, 1.5}, (struct Words){2, 2.5},
                         (struct Words){3, 3.5}, (struct Words){4, 4.5});
  CHECK(W.A == 6 + 4 * Version && W.B == 7.5 + 4.5 * Version);
  struct Big B = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}};
  CHECK(big(B, 5).Numbers[0] == 1 + 5 * Version);
  CHECK(Table[0](B, 5).Numbers[9] == 10 + 5 * Version);
  static struct Huge H;
  CHECK(huge(H, B, 3).Bytes[11] == (char)(43 * Version));
  CHECK(Keep(H, B, 3).Bytes[9999] == (char)((char)(9999 * 3 + 10) * Version));
  int Out = 0;
  empty((struct Empty){}, &Out);
  CHECK(Out == Version);
  CHECK(wide(5, (struct Wide){100}).A == 100 + 5 * Version);
  CHECK(KeepWide(5, (struct Wide){200}).A == 200 + 5 * Version);
  struct Packed K = packed((struct Packed){1, 1L << 40});
  CHECK(K.A == 1 + Version && K.B == (1L << 40) * Version);
  CHECK(either((union Either){.L = {40, 2}}).L[0] == 40 + Version);
  struct Bits T = bits((struct Bits){2, 1000});
  CHECK(T.A == 2 + Version && T.B == 1000 * Version);
}

int main(void) {
  use(1);
  reload(2);
  use(2);
  return 0;
}
