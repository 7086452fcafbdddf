// A removed variable is destroyed once; added again it is another variable,
// with the new initial value. Destructors run at exit in the order of
// construction backwards, however the program ends.
// RUN: %{construct} %s %t
#include "construct.h"
#include <string>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#define VERSION 1

static char Trail[256];
static void note(const char *Text) { strcat(strcat(Trail, Text), " "); }

struct Traced {
  const char *Name;
  explicit Traced(const char *Name) : Name(Name) { note(Name); }
  ~Traced() { note((std::string("~") + Name).c_str()); }
};

/// The first to be made is the last to go: it compares.
static struct Checker {
  const char *Expected = "";
  ~Checker() {
    if (strcmp(Trail, Expected)) {
      fprintf(stderr, "at exit: %s\nexpected: %s\n", Trail, Expected);
      _Exit(1);
    }
  }
} Check;

static Traced First("a");
#if VERSION == 1
static Traced Comes("b");
#elif VERSION == 3
static Traced Comes("b3");
#endif
#if VERSION >= 2
static Traced Second("c");
#endif
#if VERSION >= 4
// The type goes with the name.
static struct Bigger : Traced {
  long More[10] = {1, 2, 3};
  Bigger() : Traced("big") {}
} Comes;
#endif

static Traced &local() {
  static Traced Local("l");
  return Local;
}
// Never called before it goes: no object, no destructor.
Traced &never() {
  static Traced Never("never");
  return Never;
}

static const char *step(int Version) {
  CHECK(Version == VERSION);
  local();
#if VERSION >= 2
  CHECK(!strcmp(Second.Name, "c"));
#endif
#if VERSION != 2
  return Comes.Name;
#else
  return "none";
#endif
}

static const void *place() {
#if VERSION != 2
  return &Comes;
#else
  return nullptr;
#endif
}

static void expectInChild(void (*End)(), const char *Expected) {
  pid_t Child = fork();
  if (!Child) {
    Check.Expected = Expected;
    End();
    _Exit(2);
  }
  int Status = 0;
  CHECK(waitpid(Child, &Status, 0) == Child);
  CHECK(WIFEXITED(Status) && WEXITSTATUS(Status) == 0);
}

int main() {
  CHECK(!strcmp(step(1), "b"));
  const void *Old = place();
  reload(2);
  reported("the variable Comes was removed; it is destroyed at exit");
  notReported("Never");
  CHECK(!strcmp(step(2), "none"));
  CHECK(!strcmp(Trail, "a b l c "));
  expectInChild([] { exit(0); }, "a b l c ~c ~l ~b ~a ");
  reload(3);
  notReported("was removed");
  CHECK(!strcmp(step(3), "b3"));
  CHECK(place() != Old);
  CHECK(!strcmp(static_cast<const Traced *>(Old)->Name, "b"));
  expectInChild([] { exit(0); }, "a b l c b3 ~b3 ~c ~l ~b ~a ");
  expectInChild(
      [] {
        at_quick_exit([] {
          if (strcmp(Trail, "a b l c b3 "))
            _Exit(1);
        });
        quick_exit(0);
      },
      "");
  // Now a variable of another size has the name of one that is there.
  refused(4, "changed its size");
  CHECK(!strcmp(step(3), "b3"));
  reload(2);
  reported("the variable Comes was removed; it is destroyed at exit");
  reload(4);
  CHECK(!strcmp(step(4), "big"));
  reload(5);
  CHECK(!strcmp(step(5), "big"));
  Check.Expected = "a b l c b3 big ~big ~b3 ~c ~l ~b ~a ";
  return 0;
}
