// Exceptions thrown in one version and caught in another: types old and new, kept, nested, rethrown.
// RUN: %{construct} %s %t
//--- parts.h
#pragma once
#include "construct.h"
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>

struct Trouble : std::runtime_error {
  int Version;
  Trouble(int Version, const char *Text);
  ~Trouble() override; // the key function
};
struct Light { // no key function, not even virtual ones
  int Value;
};

void throwIt(int What);
int catchIt(const std::function<void()> &Do);
int catchInner(const std::function<void()> &Do);
int depth(const std::exception &E);
int quiet() noexcept;
int constructed(int What);
int unwound(const std::function<void()> &Do);
extern int Destroyed;
//--- trouble.cpp
// Not edited.
#include "parts.h"
int Destroyed = 0;
Trouble::Trouble(int Version, const char *Text)
    : std::runtime_error(Text), Version(Version) {}
Trouble::~Trouble() = default;
//--- parts.cpp
#include "parts.h"
#define VERSION 1

namespace {
struct Local : Trouble {
  Local() : Trouble(VERSION, "local") {}
};
enum class Code { Bad = VERSION };
struct Guard {
  ~Guard() { Destroyed += VERSION; }
};
} // namespace
#if VERSION >= 2
struct Fresh : Trouble {
  Fresh() : Trouble(VERSION, "fresh") {}
  virtual int more() const;
};
int Fresh::more() const { return VERSION * 7; }
template <typename T> struct Wrapped : std::logic_error {
  T Value;
  explicit Wrapped(T Value) : std::logic_error("wrapped"), Value(Value) {}
};
#endif

void throwIt(int What) {
  Guard G;
  switch (What) {
  case 0:
    throw Trouble(VERSION, "trouble");
  case 1:
    throw Light{VERSION};
  case 2:
    throw Local();
  case 3:
    throw Code::Bad;
  case 4:
    throw VERSION;
  case 5:
    throw "text";
  case 6:
    try {
      throwIt(0);
    } catch (...) {
      std::throw_with_nested(Local());
    }
    break;
#if VERSION >= 2
  case 7:
    throw Fresh();
  case 8:
    throw Wrapped<int>(VERSION);
  case 9:
    try {
      throwIt(7);
    } catch (...) {
      std::throw_with_nested(Wrapped<long>(3));
    }
    break;
#endif
  }
}

int catchInner(const std::function<void()> &Do) {
  Guard G;
  try {
    Do();
  }
#if VERSION >= 2
  catch (const Fresh &F) {
    return F.more();
  } catch (const Wrapped<int> &W) {
    return W.Value * 11;
  }
#endif
  catch (const Local &L) {
    return 200 + L.Version;
  } catch (const Trouble &) {
    throw; // rethrown as it is
  } catch (const Light &L) {
    return 100 + L.Value;
  } catch (Code C) {
    return 300 + int(C);
  } catch (int N) {
    return 400 + N;
  } catch (const char *Text) {
    return 500 + Text[0];
  }
  return 0;
}

int catchIt(const std::function<void()> &Do) {
  try {
    return catchInner(Do);
  } catch (const Trouble &T) {
    return T.Version;
  } catch (const std::exception &) {
    return -1;
  } catch (...) {
    return -2;
  }
}

int depth(const std::exception &E) {
  try {
    std::rethrow_if_nested(E);
  } catch (const std::exception &Inner) {
    return 1 + depth(Inner);
  }
  return 1;
}

int quiet() noexcept {
  try {
    throwIt(4);
  } catch (int N) {
    return N;
  }
  return 0;
}

// A function-try-block of a constructor: it cannot swallow.
struct Whole {
  int Member;
  explicit Whole(int What) try : Member((throwIt(What), 1)) {
  } catch (const Trouble &T) {
    throw Light{T.Version * 50};
  }
};

int constructed(int What) {
  try {
    return Whole(What).Member;
  } catch (const Light &L) {
    return L.Value;
  }
}

int unwound(const std::function<void()> &Do) {
  Guard G;
  Do();
  return 0;
}
//--- main.cpp
#include "parts.h"
#define VERSION 1

static int counted(int (*Call)()) {
  Destroyed = 0;
  Call();
  return Destroyed;
}

static int main2() {
  // Caught here while the thrower's version changes.
  int Seen = 0;
  try {
    unwound([] {
      reload(2);
      throwIt(0); // new code throws through an old frame
    });
  } catch (const Trouble &T) {
    Seen = T.Version;
  }
  return Seen;
}

int main() {
  CHECK(catchIt([] { throwIt(0); }) == 1);
  CHECK(catchIt([] { throwIt(1); }) == 101);
  CHECK(catchIt([] { throwIt(2); }) == 201);
  CHECK(catchIt([] { throwIt(3); }) == 301);
  CHECK(catchIt([] { throwIt(4); }) == 401);
  CHECK(catchIt([] { throwIt(5); }) == 500 + 't');
  CHECK(constructed(0) == 50 && quiet() == 1);
  std::exception_ptr Kept, KeptLocal, Nested;
  try {
    throwIt(0);
  } catch (...) {
    Kept = std::current_exception();
  }
  try {
    throwIt(2);
  } catch (...) {
    KeptLocal = std::current_exception();
  }
  try {
    throwIt(6);
  } catch (...) {
    Nested = std::current_exception();
  }
  CHECK(counted([] { return catchIt([] { throwIt(1); }); }) == 2);

  CHECK(main2() == 2);

  CHECK(catchIt([] { throwIt(0); }) == 2);
  CHECK(catchIt([] { throwIt(1); }) == 102);
  CHECK(catchIt([] { throwIt(2); }) == 202);
  CHECK(catchIt([] { throwIt(3); }) == 302);
  CHECK(catchIt([] { throwIt(4); }) == 402);
  CHECK(catchIt([] { throwIt(5); }) == 500 + 't');
  CHECK(catchIt([] { throwIt(7); }) == 14);
  CHECK(catchIt([] { throwIt(8); }) == 22);
  CHECK(constructed(0) == 100 && quiet() == 2);
  CHECK(counted([] { return catchIt([] { throwIt(1); }); }) == 4);
  // Thrown by the first version, caught by the second, and its destructor run.
  CHECK(catchIt([&] { std::rethrow_exception(Kept); }) == 1);
  CHECK(catchIt([&] { std::rethrow_exception(KeptLocal); }) == 201);
  Kept = KeptLocal = nullptr;
  try {
    std::rethrow_exception(Nested);
  } catch (const std::exception &E) {
    CHECK(depth(E) == 2);
  }
  try {
    throwIt(9);
    CHECK(false);
  } catch (const std::exception &E) {
    CHECK(depth(E) == 2);
    try {
      std::rethrow_if_nested(E);
    } catch (const Trouble &T) {
      CHECK(T.Version == 2);
    }
  }
  std::exception_ptr Fresh;
  try {
    throwIt(7);
  } catch (...) {
    Fresh = std::current_exception();
  }
  reload(3);
  CHECK(catchIt([&] { std::rethrow_exception(Fresh); }) == 21);
  CHECK(catchIt([] { throwIt(8); }) == 33);
  return 0;
}
