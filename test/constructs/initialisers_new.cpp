// Variables that an edit brings: every kind is initialised once, in the order
// of declaration, before new code runs; those that exist are left alone.
// RUN: %{construct} %s %t
//--- log.h
#include <string>
// Which objects were made and destroyed, in this order.
inline std::string &trail() {
  static std::string *Text = new std::string; // outlives every static
  return *Text;
}
struct Traced {
  char Name;
  explicit Traced(char Name) : Name(Name) { trail() += Name; }
  Traced(const Traced &) = delete;
  ~Traced() { trail() += static_cast<char>(Name - 'a' + 'A'); }
};
inline int traced(char Name, int Value) {
  trail() += Name;
  return Value;
}
//--- main.cpp
#include "construct.h"
#include "log.h"
#include <memory>
#include <tuple>
#include <utility>
#define VERSION 1

static int Counter = 100;
struct Nothing {};
static Nothing registered(char Name) {
  traced(Name, 0);
  return {};
}

static Traced Old('a');
int OldNumber = traced('b', 1);
static Nothing OldRegistration = registered('c');
const std::string &OldReference = (traced('d', 0), std::string("old"));
int &&OldTemporary = 5;

#if VERSION >= 2
static Traced First('e');
int Second = (Counter++, traced('f', 2));
static Traced Array[3] = {Traced('g'), Traced('h'), Traced('i')};
const std::string &Reference = std::string("a text that is not short at all");
struct Holder {
  const std::string &Text;
  int Value;
};
static Holder Held{std::string("held in a holder for all its life"),
                   traced('j', 3)};
static Nothing Registration = registered('k');
auto [Left, Right] = std::tuple<int, std::unique_ptr<int>>(
    traced('l', 4), std::make_unique<int>(5));
inline Traced Inline('m');
struct Class {
  static Traced Member;
  static inline Traced InlineMember{'n'};
};
Traced Class::Member('o');
namespace {
Traced Anonymous('p');
int FromLambda = [] { return traced('q', 6) + Counter; }();
} // namespace
static const int Constant = traced('r', 7);
static Traced Early __attribute__((init_priority(200)))('y');
template <class T> struct Template {
  static Traced Member;
};
template <class T> Traced Template<T>::Member('z');
constinit int Literal = 8;
std::unique_ptr<int> Late = std::make_unique<int>(traced('s', 9));
#endif

static std::string use(int Version) {
  CHECK(Version == VERSION);
#if VERSION >= 2
  static Traced Local('t');
  CHECK(Second == 2 && Array[2].Name == 'i' && Held.Value == 3);
  CHECK(Reference == "a text that is not short at all");
  CHECK(Held.Text == "held in a holder for all its life");
  CHECK(Left == 4 && *Right == 5 && Inline.Name == 'm');
  CHECK(Class::Member.Name == 'o' && Class::InlineMember.Name == 'n');
  CHECK(Anonymous.Name == 'p' && FromLambda == 107 && Constant == 7);
  CHECK(Early.Name == 'y' && Template<int>::Member.Name == 'z');
  CHECK(Literal == 8 && *Late == 9 && Counter == 101);
#endif
  CHECK(Old.Name == 'a' && OldNumber == 1 && OldReference == "old");
  OldTemporary += 1;
  return std::exchange(trail(), "");
}

int main() {
  CHECK(use(1) == "abcd");
  reload(2);
  // The order of inline variables and of static members of templates is
  // theirs: Clang runs them before the ordered ones of the same priority.
  std::string Made = use(2);
  CHECK(Made.starts_with("y")); // by its priority
  std::string Ordered;
  for (char C : Made)
    if (C != 'y' && C != 'm' && C != 'n' && C != 'z')
      Ordered += C;
  CHECK(Ordered == "efghijklopqrst");
  CHECK(Made.size() == Ordered.size() + 4);
  CHECK(use(2) == "");
  reload(3);
  CHECK(use(3) == "");
  CHECK(OldTemporary == 9); // main's code is the oldest
  reload(4);
  CHECK(use(4) == "");
  return 0;
}
