// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Who is told of a reload, in which order, and what they may not do.
#include "RuntimeTest.h"

#include <stdexcept>

using namespace hcr;

static std::string Events;
extern "C" [[gnu::visibility("default"), gnu::used]] void event(const char *E) {
  Events += E;
  Events += " ";
}
static Report Nested;
extern "C" [[gnu::visibility("default"), gnu::used]] void nested(void) {
  Report Out = reload(runtime(), false);
  if (Nested.Message.empty()) // the first one of a reload
    Nested = std::move(Out);
}

extern "C" [[gnu::visibility("default"), gnu::used]] void raiseException(void) {
  throw std::runtime_error("from a handler");
}

namespace {
class Handlers : public RuntimeTest {
protected:
  Handlers() { Events.clear(); }
  static TestImage module(const std::string &Name, const std::string &Version,
                          bool Host = false) {
    TestImage I(Name + ".c", Host);
    I.code(
        "extern void event(const char *), nested(void), raiseException(void);");
    I.proc(Name, "int " + Name + "_actual(void) { return 1; }");
    I.handler("before_" + Name, true,
              "event(\"before-" + Name + Version + "\");");
    I.handler("after_" + Name, false,
              "event(\"after-" + Name + Version + "\");");
    if (!Host)
      I.init("event(\"init-" + Name + Version + "\");");
    return I;
  }
};
} // namespace

TEST_F(Handlers, LeafModulesFirstOldBeforeNewAfter) {
  TestImage Top = module("top", "1", true);
  Top.importProc("middle");
  TestImage Middle = module("middle", "1", true);
  Middle.importProc("leaf");
  host(Top);
  host(Middle);
  host(module("leaf", "1", true));
  build("middle.c", [] {
    TestImage I = module("middle", "2");
    I.importProc("leaf");
    return I;
  }());
  reloaded();
  EXPECT_EQ(Events, "before-leaf1 before-middle1 before-top1 init-middle2 "
                    "after-leaf1 after-middle2 after-top1 ");
}

TEST_F(Handlers, InitialisersOfUsedModulesFirst) {
  TestImage A = module("a", "1");
  A.importProc("b");
  TestImage B = module("b", "1");
  B.importProc("c");
  B.importProc("a"); // a cycle
  build("a.c", A);
  build("b.c", B);
  build("c.c", module("c", "1"));
  reloaded();
  EXPECT_EQ(Events.substr(0, 24), "init-c1 init-b1 init-a1 ");
}

TEST_F(Handlers, RegisteredOnesComeAndGo) {
  static auto Note = [](void *Text) { event(static_cast<char *>(Text)); };
  char One[] = "one", Two[] = "two";
  EXPECT_TRUE(hcr_add_event_handler(true, Note, One));
  EXPECT_TRUE(hcr_add_event_handler(false, Note, Two));
  EXPECT_FALSE(hcr_add_event_handler(false, nullptr, nullptr));
  build("a.c", module("a", "1"));
  reloaded();
  EXPECT_EQ(Events, "one init-a1 after-a1 two ");
  Events.clear();
  EXPECT_TRUE(hcr_remove_event_handler(true, Note, One));
  EXPECT_FALSE(hcr_remove_event_handler(true, Note, One));
  build("a.c", module("a", "2"));
  reloaded();
  EXPECT_EQ(Events, "before-a1 init-a2 after-a2 two ");
}

TEST_F(Handlers, NotCalledWhenRefusedOrUnchanged) {
  host(module("a", "1", true));
  reload();
  TestImage Bad = module("a", "2");
  Bad.importProc("nowhere");
  build("a.c", Bad);
  refused("nowhere");
  EXPECT_EQ(Events, "");
}

TEST_F(Handlers, AReloadInsideIsRefused) {
  TestImage I = module("a", "1");
  I.handler("inside", false, "nested();");
  build("a.c", I);
  reloaded();
  EXPECT_EQ(Nested.Result, Outcome::Refused);
  EXPECT_NE(Nested.Message.find("while this thread is reloading, in the "
                                "handler of a.c, which runs after the reload"),
            std::string::npos)
      << Nested.Message;
  TestImage J = module("b", "1");
  J.init("nested();");
  Nested = Report();
  build("b.c", J);
  reloaded();
  EXPECT_EQ(Nested.Result, Outcome::Refused);
  EXPECT_NE(Nested.Message.find("in an initialiser of b.c"), std::string::npos)
      << Nested.Message;
  EXPECT_EQ(reload().Result, Outcome::Unchanged);
}

TEST_F(Handlers, AReloadInsideARegisteredOneIsRefusedByName) {
  TestImage I = module("a", "1");
  I.proc("registered", "__attribute__((visibility(\"hidden\"))) void "
                       "registered_actual(void *C) { nested(); }");
  build("a.c", I);
  reloaded();
  auto *Entry = reinterpret_cast<hcr_handler>(hcrGetProc("a.c", "registered"));
  ASSERT_TRUE(hcr_add_event_handler(true, Entry, nullptr));
  build("a.c", module("b", "1"));
  Nested = Report();
  reload();
  EXPECT_EQ(Nested.Result, Outcome::Refused);
  EXPECT_NE(Nested.Message.find(
                "in the handler registered, which runs before the reload"),
            std::string::npos)
      << Nested.Message;
  EXPECT_TRUE(hcr_remove_event_handler(true, Entry, nullptr));
}

TEST_F(Handlers, WhatTheyThrowGoesNoFurther) {
  TestImage I = module("a", "1");
  I.handler("thrower", false, "raiseException();");
  I.init("raiseException();");
  I.flags("-fexceptions");
  build("a.c", I);
  Report Out;
  EXPECT_NO_THROW(Out = reload());
  EXPECT_EQ(Out.Result, Outcome::Reloaded);
  EXPECT_EQ(Out.Notes.size(), 2u);
  EXPECT_EQ(std::uncaught_exceptions(), 0);
  EXPECT_EQ(reload().Result, Outcome::Unchanged) << "the turn was given back";
}
