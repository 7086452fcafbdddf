// Literals that live state keeps: pointers to strings (also wide and UTF),
// `__func__`, and compound literals stay valid and say what they said.
// RUN: %{construct} %s %t
#include "construct.h"
#include <string.h>
#include <uchar.h>
#include <wchar.h>

#define VERSION 1
#define TEXT2(X) #X
#define TEXT(X) TEXT2(X)

struct Point {
  int X, Y;
};

/* At file scope a compound literal is a variable without a name. */
static struct Point *const Origin = &(struct Point){VERSION, 20};
static int *Numbers = (int[]){1, 2, 3};
static const struct Point *const Points[] = {
    &(const struct Point){VERSION, 2}, &(const struct Point){3, 4}};
struct {
  const char *Text;
  int *Items;
} Config = {"config " TEXT(VERSION), (int[]){VERSION, 8}};

static const char *text(void) { return "text " TEXT(VERSION); }
static const wchar_t *wide(void) { return L"wide " TEXT(VERSION); }
static const char16_t *sixteen(void) { return u"16 " TEXT(VERSION); }
static const char32_t *thirtyTwo(void) { return U"32 " TEXT(VERSION); }
static const char *utf8(void) { return u8"\u00fc " TEXT(VERSION); }
static const char *function(void) { return __func__; }
static const char *pretty(void) { return __PRETTY_FUNCTION__; }
static const char *tail(void) { return text() + 5; }

static const struct Point *constant(int I) { return Points[I]; }
static const struct Point *const *points(void) { return Points; }
static struct Point *origin(void) { return Origin; }
static int *numbers(void) { return Numbers; }

static const char *Kept;

static int check(int Version) {
  CHECK(text()[5] == '0' + Version && wide()[5] == L'0' + Version);
  CHECK(sixteen()[3] == u'0' + Version && thirtyTwo()[3] == U'0' + Version);
  CHECK(utf8()[3] == '0' + Version && *tail() == '0' + Version);
  CHECK(!strcmp(function(), "function"));
  CHECK(constant(0)->X == Version && constant(1)->Y == 4);
  CHECK(points()[0]->X == Version && points()[1] == constant(1));
  /* What Config points to is kept with it. */
  CHECK(!strcmp(Config.Text, "config 1") && Config.Items[0] == 1);
  return 1;
}
static void keep(void) { Kept = text(); }
static const char *kept(void) { return Kept; }

int main(void) {
  const wchar_t *Wide = wide();
  const char16_t *Sixteen = sixteen();
  const char32_t *ThirtyTwo = thirtyTwo();
  const char *Utf8 = utf8(), *Function = function(), *Pretty = pretty();
  const struct Point *One = constant(0), *Two = constant(1);
  int *Kept3 = numbers();
  keep();
  ++numbers()[0];
  check(1);
  for (int Version = 2; Version <= 3; ++Version) {
    reload(Version);
    check(Version);
    CHECK(!strcmp(kept(), "text 1") && !wcscmp(Wide, L"wide 1"));
    CHECK(!memcmp(Sixteen, u"16 1", 10) && !memcmp(ThirtyTwo, U"32 1", 20));
    CHECK(!strcmp(Utf8, u8"\u00fc 1") && !strcmp(Function, "function"));
    CHECK(strstr(Pretty, "pretty") && One->X == 1 && Two->Y == 4);
    CHECK(numbers() == Kept3 && numbers()[0] == 2);
  }
  CHECK(origin()->Y == 20);
  return 0;
}
