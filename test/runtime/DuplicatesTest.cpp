// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two modules with one definition: refused where a linker would say "duplicate
// symbol", and nowhere else.
#include "RuntimeTest.h"

using namespace hcr;

namespace {
class Duplicates : public RuntimeTest {
protected:
  static TestImage step(const std::string &Module, int Value,
                        TestImage::Options O = {}) {
    TestImage I(Module);
    O.Hash = static_cast<uint64_t>(Value);
    I.proc("step",
           "int step_actual(void) { return " + std::to_string(Value) + "; }",
           O);
    return I;
  }
  static TestImage nothing(const std::string &Module) {
    TestImage I(Module);
    I.proc("of_" + Module.substr(0, 1),
           "int of_" + Module.substr(0, 1) + "_actual(void) { return 0; }");
    return I;
  }
  void begin() {
    build("a.c", step("a.c", 1));
    reloaded();
  }
  int step() { return call("a.c", "step"); }
};
} // namespace

TEST_F(Duplicates, AFunctionOfAnotherModule) {
  begin();
  build("b.c", step("b.c", 2));
  refused("b.c: defines 'step', and so does a.c; keep one of them, or make "
          "one static");
  EXPECT_EQ(step(), 1);
  // It does not keep others out, and is right once the other one is gone.
  build("a.c", step("a.c", 3));
  EXPECT_EQ(reloaded().Modules.size(), 1u);
  EXPECT_EQ(step(), 3);
  build("a.c", nothing("a.c"));
  EXPECT_EQ(reloaded().Modules.size(), 2u);
  EXPECT_EQ(step(), 2);
}

TEST_F(Duplicates, TwoNewModules) {
  build("a.c", step("a.c", 1));
  build("b.c", step("b.c", 2));
  refused("defines 'step', and so does");
}

TEST_F(Duplicates, OfAnotherSignature) {
  build("a.c", step("a.c", 1, {.Signature = 1}));
  reloaded();
  build("b.c", step("b.c", 2, {.Signature = 2}));
  refused("b.c: defines 'step', and so does a.c");
}

TEST_F(Duplicates, AVariable) {
  TestImage A("a.c"), B("b.c");
  A.variable("Count", "int", "= 1");
  B.variable("Count", "int", "= 2");
  build("a.c", A);
  reloaded();
  build("b.c", B);
  refused("b.c: defines the variable 'Count', and so does a.c");
}

TEST_F(Duplicates, TheModuleMayGo) {
  begin();
  build("b.c", step("b.c", 2));
  journal("gone a.c\n");
  reloaded();
  EXPECT_EQ(step(), 2);
}

TEST_F(Duplicates, AMoveWithinOneReload) {
  begin();
  build("b.c", step("b.c", 2));
  build("a.c", nothing("a.c"));
  EXPECT_EQ(reloaded().Modules.size(), 2u);
  EXPECT_EQ(step(), 2);
  // And back, the modules in the other order.
  build("a.c", step("a.c", 3));
  build("b.c", nothing("b.c"));
  reloaded();
  EXPECT_EQ(step(), 3);
}

TEST_F(Duplicates, AMoveInTwoReloads) {
  begin();
  void *Entry = hcrGetProc("a.c", "step");
  build("a.c", nothing("a.c"));
  reloaded();
  build("b.c", step("b.c", 2));
  reloaded();
  EXPECT_EQ(step(), 2);
  EXPECT_EQ(hcrGetProc("b.c", "step"), Entry);
}

TEST_F(Duplicates, InlineAndStaticOnesAreNone) {
  build("a.c", step("a.c", 1, {.Flags = HCR_PROC_INLINE}));
  reloaded();
  build("b.c", step("b.c", 2, {.Flags = HCR_PROC_INLINE}));
  build("c.c", step("c.c", 3, {.Flags = HCR_SCOPE_MODULE}));
  TestImage D("d.c"), E("e.c");
  D.variable("Shared", "int", "= 1", {.Flags = HCR_GLOBAL_INLINE});
  E.variable("Shared", "int", "= 1", {.Flags = HCR_GLOBAL_INLINE});
  build("d.c", D);
  build("e.c", E);
  EXPECT_EQ(reloaded().Modules.size(), 4u);
  EXPECT_EQ(step(), 2);
}

TEST_F(Duplicates, AStrongOneBesideInlineOnesIsNone) {
  build("a.c", step("a.c", 1, {.Flags = HCR_PROC_INLINE}));
  reloaded();
  build("b.c", step("b.c", 2));
  reloaded();
  EXPECT_EQ(step(), 2);
}

TEST_F(Duplicates, WhatBothDefinedBeforeStays) {
  // Two libraries of a program may define the same function: the dynamic
  // linker takes the first.
  TestImage A("a.c", true), B("b.c", true);
  A.proc("step", "int step_actual(void) { return 1; }");
  B.proc("step", "int step_actual(void) { return 1; }");
  host(A);
  host(B);
  build("a.c", step("a.c", 2));
  reloaded();
  EXPECT_EQ(step(), 2);
}
