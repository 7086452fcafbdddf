// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Variables outlive the images; constants do not.
#include "RuntimeTest.h"

using namespace hcr;
using Globals = RuntimeTest;

namespace {
bool hasNote(const Report &R, const std::string &Part) {
  for (const std::string &Note : R.Notes)
    if (Note.find(Part) != std::string::npos)
      return true;
  return false;
}

/// `int count = Start;` and a function that adds Step to it.
TestImage counter(int Step, const std::string &Start = "= 5", bool Host = false,
                  TestImage::Options O = {}, const std::string &Type = "int") {
  TestImage I("a.c", Host);
  I.variable("count", Type, Start, O);
  I.proc("add",
         "int add_actual(void) { return VARIABLE(count, int) += " +
             std::to_string(Step) + "; }",
         {.Hash = static_cast<uint64_t>(Step)});
  return I;
}
} // namespace

TEST_F(Globals, AHostVariableKeepsItsValue) {
  host(counter(1, "= 5", true));
  EXPECT_EQ(call("a.c", "add"), 6);
  void *Storage = hcrGetGlobal("a.c", "count");
  build("a.c", counter(10));
  reloaded();
  EXPECT_EQ(call("a.c", "add"), 16);
  EXPECT_EQ(hcrGetGlobal("a.c", "count"), Storage);
}

TEST_F(Globals, ANewVariableHasItsInitialValueOnce) {
  build("a.c", counter(1));
  reloaded();
  EXPECT_EQ(call("a.c", "add"), 6);
  build("a.c", counter(2));
  reloaded();
  EXPECT_EQ(call("a.c", "add"), 8);
}

TEST_F(Globals, AChangedInitialiserIsSaidOnce) {
  host(counter(1, "= 5", true));
  build("a.c", counter(2, "= 7", false, {.Hash = 2}));
  EXPECT_TRUE(hasNote(reloaded(), "initial value of count changed"));
  EXPECT_EQ(call("a.c", "add"), 7);
  build("a.c", counter(3, "= 7", false, {.Hash = 2}));
  EXPECT_FALSE(hasNote(reloaded(), "initial value"));
}

TEST_F(Globals, AChangedSizeIsRefused) {
  host(counter(1, "= 5", true));
  build("a.c", counter(2, "= {1, 2}", false, {}, "struct { int A, B; }"));
  Report Out =
      refused("a.c: the variable 'count' changed its size from 4 to 8");
  EXPECT_NE(Out.Message.find("restart"), std::string::npos);
  EXPECT_EQ(call("a.c", "add"), 6);
}

TEST_F(Globals, AChangedLayoutIsRefused) {
  host(counter(1, "= 5", true, {.Layout = 1}));
  build("a.c", counter(2, "= 5", false, {.Layout = 2}));
  refused("the layout of the variable 'count'");
  build("a.c", counter(3, "= 5", false, {.Layout = 0}));
  reloaded();
  build("a.c", counter(4, "= 5", false, {.Layout = 2}));
  refused("the layout of the variable 'count'");
}

TEST_F(Globals, RemovedAndAddedAgainIsNew) {
  host(counter(1, "= 5", true));
  call("a.c", "add");
  TestImage Without("a.c");
  Without.proc("add", "int add_actual(void) { return -1; }", {.Hash = 9});
  build("a.c", Without);
  reloaded();
  EXPECT_EQ(hcrGetGlobal("a.c", "count"), nullptr);
  build("a.c", counter(1, "= 100"));
  reloaded();
  EXPECT_EQ(call("a.c", "add"), 101);
}

TEST_F(Globals, InitialisersRunForNewVariablesOnly) {
  auto Version = [](int N) {
    TestImage I = counter(N, "", false, {.Fresh = true});
    I.init("if (count_fresh) VARIABLE(count, int) = 1000;");
    return I;
  };
  build("a.c", Version(1));
  reloaded();
  EXPECT_EQ(call("a.c", "add"), 1001);
  build("a.c", Version(2));
  reloaded();
  EXPECT_EQ(call("a.c", "add"), 1003);
}

TEST_F(Globals, ImportersAndTheDefinerShareStorage) {
  host(counter(1, "= 5", true));
  TestImage B("b.c");
  B.importVariable("count");
  B.proc("get", "int get_actual(void) { return VARIABLE(count, int); }");
  build("b.c", B);
  reloaded();
  call("a.c", "add");
  EXPECT_EQ(call("b.c", "get"), 6);
}

TEST_F(Globals, ImportFromAnImageOfTheSameReload) {
  TestImage B("b.c");
  B.importVariable("count");
  B.proc("get", "int get_actual(void) { return VARIABLE(count, int); }");
  build("a.c", counter(1));
  build("b.c", B);
  reloaded();
  EXPECT_EQ(call("b.c", "get"), 5);
}

TEST_F(Globals, AddressesInDataAreThoseOfTheProgram) {
  host(counter(1, "= 5", true));
  TestImage B("b.c");
  B.importProc("add");
  B.importVariable("count");
  B.variable("table", "void *", "[4]");
  B.variable("other", "int", "= 3");
  B.proc("own", "int own_actual(void) { return 9; }");
  B.proc("at", "void *at_actual(int I) { return ((void **)table_ptr)[I]; }");
  B.code("");
  B.fixup("table_initial", HCR_FIXUP_PROC_IMPORT, 0);
  B.fixup("table_initial + 8", HCR_FIXUP_GLOBAL_IMPORT, 0, 2);
  B.fixup("table_initial + 16", HCR_FIXUP_GLOBAL, 1);
  B.fixup("table_initial + 24", HCR_FIXUP_PROC, 0);
  build("b.c", B);
  reloaded();
  auto At = [&](int I) { return call<void *>("b.c", "at", I); };
  EXPECT_EQ(At(0), hcrGetProc("a.c", "add"));
  EXPECT_EQ(At(1), static_cast<char *>(hcrGetGlobal("a.c", "count")) + 2);
  EXPECT_EQ(At(2), hcrGetGlobal("b.c", "other"));
  EXPECT_EQ(At(3), hcrGetProc("b.c", "own"));
}

TEST_F(Globals, ConstantsComeWithTheVersion) {
  auto Version = [](int Value, uint64_t Hash) {
    TestImage I("a.c");
    I.variable("limit", "const int", "= " + std::to_string(Value),
               {.Flags = HCR_GLOBAL_CONSTANT, .Hash = Hash});
    I.proc("get", "int get_actual(void) { return VARIABLE(limit, int); }",
           {.Hash = Hash});
    return I;
  };
  TestImage User("b.c");
  User.importVariable("limit", {.Flags = HCR_GLOBAL_CONSTANT});
  User.proc("see", "int see_actual(void) { return VARIABLE(limit, int); }");
  build("a.c", Version(1, 1));
  build("b.c", User);
  reloaded();
  void *First = hcrGetGlobal("a.c", "limit");
  build("a.c", Version(2, 2));
  Report Out = reloaded();
  EXPECT_FALSE(hasNote(Out, "initial value"));
  EXPECT_EQ(call("a.c", "get"), 2);
  EXPECT_EQ(call("b.c", "see"), 2) << "importers follow";
  void *Second = hcrGetGlobal("a.c", "limit");
  EXPECT_NE(First, Second);
  build("a.c", Version(2, 2).flags("-g"));
  reloaded();
  EXPECT_EQ(hcrGetGlobal("a.c", "limit"), Second) << "equal: same address";
}

TEST_F(Globals, InlineVariablesHaveOneStorage) {
  auto Version = [](const char *Module) {
    TestImage I(Module);
    I.variable("shared", "int", "= 1", {.Flags = HCR_GLOBAL_INLINE});
    I.proc(std::string("add_") + Module[0],
           std::string("int add_") + Module[0] +
               "_actual(void) { return ++VARIABLE(shared, int); }");
    return I;
  };
  build("a.c", Version("a.c"));
  build("b.c", Version("b.c"));
  reloaded();
  EXPECT_EQ(call("a.c", "add_a"), 2);
  EXPECT_EQ(call("b.c", "add_b"), 3);
}

TEST_F(Globals, StaticTakenAwayIsTheSameVariable) {
  host(counter(1, "= 5", true, {.Flags = HCR_SCOPE_MODULE}));
  call("a.c", "add");
  build("a.c", counter(10, "= 5", false, {.Flags = HCR_SCOPE_PROGRAM}));
  reloaded();
  EXPECT_EQ(call("a.c", "add"), 16);
}

TEST_F(Globals, HugeAndAlignedVariables) {
  TestImage I("a.c");
  I.variable("big", "char", "[64 << 20]");
  I.variable("small", "char", "[1]");
  I.proc("touch", "char *touch_actual(int At) { char *B = big_ptr; B[At]++;"
                  "return B; }");
  build("a.c", I.flags("-Wl,-z,max-page-size=4096"));
  reloaded();
  char *Big = call<char *>("a.c", "touch", (64 << 20) - 1);
  EXPECT_EQ(Big[(64 << 20) - 1], 1);
}
