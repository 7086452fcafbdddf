// A changed initialiser of a variable that lives: reported, applied where
// HCR_REINIT says so; the old object is destroyed once, before.
// RUN: %{construct} %s %t
#include "construct.h"
#include <hcr/hcr.h>
#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>
#define VERSION 1

static std::string &trail() {
  static std::string *Text = new std::string;
  return *Text;
}
struct Traced {
  int Number;
  const Traced *Self = this;
  explicit Traced(int Number) : Number(Number) {
    trail() += "+" + std::to_string(Number);
  }
  Traced(const Traced &) = delete;
  ~Traced() {
    trail() += "-" + std::to_string(Number);
    CHECK(Self == this);
  }
};
static int compute(int Number) { return Number * 10; }
static int fail(int Number) {
  if (Number == 3)
    throw std::runtime_error("three");
  return Number;
}

// Kept and reported.
int Number = compute(VERSION);
std::string Text(VERSION == 1 ? "a" : "b");
static int Lambda = [] { return VERSION; }();
static const std::string &Bound = std::string(VERSION == 1 ? "one" : "two");
const int Half = VERSION;
// Neither changed nor reported.
static Traced Untouched(100);
static int Plain = compute(5);

// Applied.
HCR_REINIT int Constant = VERSION;
HCR_REINIT static int Computed = compute(VERSION);
HCR_REINIT static Traced Object(VERSION);
HCR_REINIT static Traced Array[2] = {Traced(VERSION * 10),
                                     Traced(VERSION * 10 + 1)};
HCR_REINIT static const std::string &Reference =
    std::string("a long text that needs memory of its own, number ") +
    std::to_string(VERSION);
HCR_REINIT inline std::vector<int> Inline = {VERSION, VERSION + 1};
HCR_REINIT static std::string Same = "the same in every version";
struct Class {
  HCR_REINIT static inline Traced Member{VERSION * 1000};
};
template <class T> struct Template {
  HCR_REINIT static Traced Member;
};
template <class T> Traced Template<T>::Member(VERSION * 2000);

static int &counter() {
  HCR_REINIT static int Counter = VERSION * 100;
  return Counter;
}
static Traced &local() {
  HCR_REINIT static Traced Local(VERSION * 5);
  return Local;
}
static int keptLocal() {
  static int Kept = compute(VERSION);
  return Kept;
}

// Without a destructor a failed initialiser loses nothing.
HCR_REINIT static int MayFail = fail(VERSION);

// The one before it did not finish, which does not matter here.
HCR_REINIT static Traced After(VERSION * 100);

static void first() {
  CHECK(After.Number == 100 && Constant == 1 && Computed == 10 && Object.Number == 1);
  CHECK(Array[1].Number == 11 && Reference.back() == '1');
  CHECK(Inline[1] == 2 && counter()++ == 100 && local().Number == 5);
  CHECK(Lambda == 1 && Bound == "one" && Untouched.Number == 100);
  CHECK(keptLocal() == 10 && Class::Member.Number == 1000);
  CHECK(Template<int>::Member.Number == 2000 && MayFail == 1);
  Same = "changed at run time";
  Constant = Computed = 77;
  Number = 5;
  Text = "kept";
  Plain = 6;
}

static void second() {
  CHECK(Number == 5);
  CHECK(Text == "kept");
  CHECK(Lambda == 1);
  CHECK(Bound == "one");
  CHECK(Plain == 6 && Untouched.Number == 100 && keptLocal() == 10);
  CHECK(Half == 2 && Same == "changed at run time");
  CHECK(Constant == 2 && Computed == 20 && Object.Number == 2);
  CHECK(Object.Self == &Object && Array[1].Self == &Array[1]);
  CHECK(Array[0].Number == 20 && Reference.back() == '2');
  CHECK(Inline[1] == 3 && counter() == 200 && local().Number == 10);
  CHECK(Class::Member.Number == 2000 && MayFail == 2);
  CHECK(Template<int>::Member.Number == 4000);
}

static void check() {
  if (VERSION == 1)
    first();
  if (VERSION == 2)
    second();
  if (VERSION == 3)
    CHECK(MayFail == 2 && Constant == 3 && After.Number == 300);
}

/// "-1-10+2": sorted, so that the order inside each half does not matter;
/// every object is destroyed before one is made.
static std::string sortedTrail() {
  std::vector<std::string> Words;
  for (char C : trail())
    if (C == '-' || C == '+')
      Words.emplace_back(1, C);
    else
      Words.back() += C;
  trail().clear();
  bool Made = false;
  for (const std::string &Word : Words) {
    CHECK(!(Made && Word[0] == '-'));
    Made |= Word[0] == '+';
  }
  std::sort(Words.begin(), Words.end());
  std::string Out;
  for (const std::string &Word : Words)
    Out += Word;
  return Out;
}

int main() {
  check();
  trail().clear();
  reload(2);
  CHECK(sortedTrail() == "+2+20+200+2000+21+4000-1-10-100-1000-11-2000-5");
  check();
  CHECK(sortedTrail() == "+10"); // the local one
  for (const char *Name : {"Number", "Text", "Lambda", "Bound", "Kept"})
    reported((std::string(Name) + " changed; the variable keeps").c_str());
  for (const char *Name :
       {"Constant", "Computed", "Object", "Array", "Reference", "Inline",
        "Class::Member", "Template<int>::Member", "Counter", "MayFail"})
    reported((std::string(Name) + " has its new initial value").c_str());
  reported("Local gets its initial value when its function runs next");
  for (const char *Name : {"Plain", "Untouched", "Same", "cxx_global"})
    notReported(Name);
  // Its initialiser throws: it has no destructor, so nothing is lost.
  reload(3);
  check();
  reported("MayFail keeps its value: its initialiser did not finish");
  return 0;
}
