// Variables of C++: statics in functions, inline functions, templates, lambdas
// and classes, inline variables, `constinit`, anonymous namespaces, references
// that own their object, members through pointers.
// RUN: %{construct} %s %t
// RUN: %{construct} %s %t.hidden --modes=host-O2 -fvisibility=hidden -fvisibility-inlines-hidden
//--- main.cpp
#include "construct.h"
#include "statics.h"

int main() {
  step(0), elsewhere(0);
  reload(2);
  step(1), elsewhere(1);
  reload(3);
  step(2), elsewhere(2);
}
//--- statics.h
#include <initializer_list>
#include <string>
struct Object {
  std::string Text;
  int Value;
  Object(int Value) : Text(30, 'x'), Value(Value) { ++Made; }
  ~Object() { Text.clear(); }
  static inline int Made = 0;
  static int Plain;
  static inline Object *Last = nullptr;
  static constexpr int Table[3] = {1, 2, 3};
};
inline int Inline = 10;
inline Object InlineObject(20);
inline int &inInline() {
  static int Count = 30;
  return Count;
}
inline Object &objectInInline() {
  static Object Made(40);
  return Made;
}
template <class T> struct Template {
  static T Member;
  static int &local() {
    static int Count = sizeof(T);
    return Count;
  }
};
template <class T> T Template<T>::Member = T(7);
template <class T> inline T Variable = T(8);
template <class T> T &inTemplate(T First) {
  static T Count = First;
  return Count;
}
void step(int N), elsewhere(int N);
//--- statics.cpp
#include "statics.h"
#include "construct.h"

#define VERSION 1

int Object::Plain = 50;
constinit int Constinit = 60;
constinit static thread_local int ConstinitLocal = 61;
namespace {
int Anonymous = 70;
Object AnonymousObject(71);
struct Hidden {
  static inline int Member = 72;
};
} // namespace
static int function() {
  static int Count = 80;
  static Object Guarded(81);
  return ++Count + ++Guarded.Value;
}
static auto Lambda = [] {
  static int Count = 90;
  return ++Count;
};
// References that own what they refer to.
static int &&Number = 100;
const Object &Const = Object(101);
static Object &&Temporary = Object(102);
static std::initializer_list<int> List = {1, 2, 3};
static int &local() {
  static int &&Owned = 103;
  return Owned;
}
// Pointers to members of objects, held elsewhere.
static int *const Pointers[] = {&InlineObject.Value, &AnonymousObject.Value,
                                &Hidden::Member};
static int Object::*const ToValue = &Object::Value;
struct {
  int &Reference = Anonymous;
  int Object::*Pointer = ToValue;
} Holder;
#if VERSION >= 2
static Object NewObject(200);
static int &&NewNumber = 201;
inline int NewInline = 202;
template int Template<int>::Member;
#endif

void step(int N) {
  CHECK(Object::Plain == 50 + N && Constinit == 60 + N);
  CHECK(ConstinitLocal == 61 + N && Object::Table[2] == 3);
  ++Object::Plain, ++Constinit, ++ConstinitLocal;
  CHECK(Anonymous == 70 + 2 * N && AnonymousObject.Value == 71 + N);
  CHECK(Hidden::Member == 72 + N && function() == 81 + 82 + 2 * N);
  ++Anonymous, ++Holder.Reference, ++AnonymousObject.Value, ++Hidden::Member;
  CHECK(Lambda() == 91 + N);
  CHECK(Number == 100 + N && Const.Value == 101 && local() == 103 + N);
  CHECK(Temporary.Value == 102 + N && List.begin()[2] == 3);
  ++Number, ++Temporary.Value, ++local();
  CHECK(*Pointers[0] == InlineObject.Value && Pointers[2] == &Hidden::Member);
  CHECK(AnonymousObject.*Holder.Pointer == *Pointers[1]);
  CHECK(Inline == 10 + 2 * N && InlineObject.Value == 20 + 2 * N);
  CHECK(inInline() == 30 + 2 * N && objectInInline().Value == 40 + 2 * N);
  CHECK(Template<int>::Member == 7 + 2 * N && Variable<long> == 8 + 2 * N);
  CHECK(Template<int>::local() == 4 + 2 * N && inTemplate(5L) == 5 + 2 * N);
  ++Inline, ++InlineObject.Value, ++inInline(), ++objectInInline().Value;
  ++Template<int>::Member, ++Variable<long>, ++Template<int>::local();
  ++inTemplate(5L);
  CHECK(Object::Made == 6 + (VERSION > 1));
#if VERSION >= 2
  CHECK(NewObject.Value == 199 + N && NewNumber == 200 + N);
  CHECK(NewInline == 201 + N);
  ++NewObject.Value, ++NewNumber, ++NewInline;
#endif
}
//--- other.cpp
#include "construct.h"
#include "statics.h"

#define VERSION 1

void elsewhere(int N) {
  CHECK(Inline == 11 + 2 * N && InlineObject.Value == 21 + 2 * N);
  CHECK(inInline() == 31 + 2 * N && objectInInline().Value == 41 + 2 * N);
  CHECK(Template<int>::Member == 8 + 2 * N && Variable<long> == 9 + 2 * N);
  CHECK(Template<int>::local() == 5 + 2 * N && inTemplate(9L) == 6 + 2 * N);
  ++Inline, ++InlineObject.Value, ++inInline(), ++objectInInline().Value;
  ++Template<int>::Member, ++Variable<long>, ++Template<int>::local();
  ++inTemplate(5L);
  CHECK(N == VERSION - 1);
}
