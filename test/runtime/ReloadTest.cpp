// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// New code runs, old state stays: the ordinary course of things.
#include "RuntimeTest.h"

using namespace hcr;

namespace {
using Reload = RuntimeTest;
constexpr uint32_t InModule = HCR_SCOPE_MODULE, InImage = HCR_SCOPE_IMAGE;

TestImage step(const std::string &Body, bool Host = false, uint64_t Hash = 1) {
  TestImage I("a.c", Host);
  I.proc("step", "int step_actual(int X) { " + Body + " }", {.Hash = Hash});
  return I;
}
} // namespace

TEST_F(Reload, AHostFunctionIsReplaced) {
  host(step("return X + 1;", true));
  EXPECT_EQ(call("a.c", "step", 10), 11);
  build("a.c", step("return X + 2;", false, 2));
  Report Out = reloaded();
  EXPECT_EQ(Out.Generation, 1);
  ASSERT_EQ(Out.Modules.size(), 1u);
  EXPECT_EQ(Out.Modules[0].Functions, std::vector<std::string>{"step"});
  EXPECT_EQ(Out.Modules[0].Changed, 1u);
  EXPECT_EQ(call("a.c", "step", 10), 12);
}

TEST_F(Reload, TheEntryOfAFunctionNeverChanges) {
  void *Handle = host(step("return 1;", true));
  void *Entry = hcrGetProc("a.c", "step");
  EXPECT_EQ(Entry, dlsym(Handle, "step"));
  for (int I = 2; I < 5; ++I) {
    build("a.c", step("return " + std::to_string(I) + ";", false, I));
    reloaded();
    EXPECT_EQ(hcrGetProc("a.c", "step"), Entry);
    EXPECT_EQ(reinterpret_cast<int (*)(int)>(Entry)(0), I);
  }
}

TEST_F(Reload, NothingNewIsUnchanged) {
  host(step("return 1;", true));
  EXPECT_EQ(reload().Result, Outcome::Unchanged);
  build("a.c", step("return 2;"));
  reloaded();
  EXPECT_EQ(reload().Result, Outcome::Unchanged);
  EXPECT_EQ(hcrGeneration(), 1);
}

TEST_F(Reload, EqualContentOnlyWhenForced) {
  host(step("return 1;", true));
  build("a.c", step("return 2;"));
  reloaded();
  announce("a.c");
  EXPECT_EQ(reload().Result, Outcome::Unchanged);
  EXPECT_EQ(reload(true).Result, Outcome::Reloaded);
  EXPECT_EQ(call("a.c", "step", 0), 2);
}

TEST_F(Reload, AFunctionThatAppearsInAnImage) {
  host(step("return 1;", true));
  TestImage I = step("return CALL(added, int, void)() + 1;", false, 2);
  I.proc("added", "int added_actual(void) { return 41; }");
  build("a.c", I);
  Report Out = reloaded();
  EXPECT_EQ(Out.Modules[0].Added, 1u);
  EXPECT_EQ(call("a.c", "step", 0), 42);
  void *Entry = hcrGetProc("a.c", "added");

  TestImage J = step("return CALL(added, int, void)() + 1;", false, 2);
  J.proc("added", "int added_actual(void) { return 51; }");
  build("a.c", J);
  reloaded();
  EXPECT_EQ(call("a.c", "step", 0), 52);
  EXPECT_EQ(hcrGetProc("a.c", "added"), Entry);
}

TEST_F(Reload, SeveralModulesTakeEffectTogether) {
  host(step("return 1;", true));
  // Neither could be loaded alone.
  TestImage A = step("return CALL(other, int, void)();", false, 2);
  A.importProc("other");
  TestImage B("b.c");
  B.proc("other", "int other_actual(void) { return CALL(deep, int, void)(); }");
  B.importProc("deep");
  TestImage C("c.c");
  C.proc("deep", "int deep_actual(void) { return 7; }");
  build("a.c", A);
  build("b.c", B);
  build("c.c", C);
  EXPECT_EQ(reloaded().Modules.size(), 3u);
  EXPECT_EQ(call("a.c", "step", 0), 7);
  EXPECT_EQ(hcrGeneration(), 1);
}

TEST_F(Reload, FramesOfRetiredImagesCallTheNewest) {
  host(step("return 1;", true));
  // A frame that stays in the first image while two more replace it.
  auto Version = [](int N) {
    TestImage I("a.c");
    I.code("extern void (*during)(void);");
    I.proc("step",
           "int step_actual(int X) { return " + std::to_string(N) + "; }",
           {.Hash = static_cast<uint64_t>(N)});
    I.proc("loop", "int loop_actual(void (*During)(void)) {"
                   "int First = CALL(step, int, int)(0); During();"
                   "return First * 100 + CALL(step, int, int)(0); }");
    return I;
  };
  static Reload *Test;
  static int Reloads;
  Test = this;
  Reloads = 0;
  static auto Make = Version;
  build("a.c", Version(2));
  reloaded();
  int Result = call(
      "a.c", "loop", +[] {
        for (int N = 3; N < 6; ++N) {
          Test->build("a.c", Make(N));
          Reloads += Test->reload().Result == Outcome::Reloaded;
        }
      });
  EXPECT_EQ(Reloads, 3);
  EXPECT_EQ(Result, 205);
}

TEST_F(Reload, TheHundredthStoresAsMuchAsTheThird) {
  host(step("return 1;", true));
  auto Slots = [&] {
    sys::Guard G(R->Lock);
    return R->Procs.find(nullptr, "step")->Slots.size();
  };
  size_t Third = 0;
  for (int N = 1; N <= 20; ++N) {
    build("a.c", step("return " + std::to_string(N) + ";", false, N));
    reloaded();
    if (N == 3)
      Third = Slots();
  }
  EXPECT_EQ(Slots(), Third);
}

TEST_F(Reload, HiddenAndInternalFunctionsOfOneName) {
  TestImage A("a.c", true), B("b.c", true);
  A.proc("same", "int same_actual(void) { return 1; }", {.Flags = InModule});
  B.proc("same", "int same_actual(void) { return 2; }", {.Flags = InModule});
  host(A);
  host(B);
  TestImage NewA("a.c");
  NewA.proc("same", "int same_actual(void) { return 3; }",
            {.Flags = InModule, .Hash = 2});
  build("a.c", NewA);
  reloaded();
  EXPECT_EQ(call("a.c", "same"), 3);
  EXPECT_EQ(call("b.c", "same"), 2);
}

TEST_F(Reload, HiddenFunctionsBelongToTheirImage) {
  TestImage A("a.c", true), B("b.c", true);
  A.proc("same", "int same_actual(void) { return 1; }", {.Flags = InImage});
  B.proc("same", "int same_actual(void) { return 2; }", {.Flags = InImage});
  host(A);
  host(B);
  TestImage NewB("b.c");
  NewB.proc("use", "int use_actual(void) { return CALL(same, int, void)(); }",
            {.Hash = 2});
  NewB.proc("same", "int same_actual(void) { return 4; }",
            {.Flags = InImage, .Hash = 2});
  build("b.c", NewB);
  reloaded();
  EXPECT_EQ(call("a.c", "same"), 1);
  EXPECT_EQ(call("b.c", "same"), 4);
  EXPECT_EQ(call("b.c", "use"), 4);
}

TEST_F(Reload, StatusIsWrittenAndCopiesAreRemoved) {
  host(step("return 1;", true));
  build("a.c", step("return 2;"));
  reloaded();
  EXPECT_NE(readAll(images() + "/status").find("\"result\": \"reloaded\""),
            std::string::npos);
  std::string Live = images() + "/live/" + std::to_string(getpid());
  EXPECT_TRUE(std::filesystem::exists(Live + "/1-a.c.so"));
  EXPECT_EQ(std::filesystem::status(Live).permissions(),
            std::filesystem::perms::owner_all);
  R->Live.remove();
  EXPECT_FALSE(std::filesystem::exists(Live));
}

TEST_F(Reload, CopiesOfDeadProcessesAreRemoved) {
  std::string Dead = images() + "/live/2147483646";
  std::filesystem::create_directories(Dead);
  host(step("return 1;", true));
  build("a.c", step("return 2;"));
  reloaded();
  EXPECT_FALSE(std::filesystem::exists(Dead));
}

TEST_F(Reload, TheBuiltFileMayBeOverwrittenWhileInUse) {
  host(step("return 1;", true));
  build("a.c", step("return 2;"));
  reloaded();
  std::ofstream(pathOf("a.c"), std::ios::trunc) << "overwritten";
  EXPECT_EQ(call("a.c", "step", 0), 2);
}

TEST_F(Reload, TheLogTellsEachStep) {
  Config C;
  std::string Path = Directory.Path + "/log";
  C.LogTo = Path.c_str();
  begin(C);
  host(step("return 1;", true));
  build("a.c", step("return 2;"));
  reloaded();
  std::string Text = readAll(Path);
  for (const char *Part : {"indexed", "module a.c loaded from",
                           "module a.c bound", "generation 1 committed"})
    EXPECT_NE(Text.find(Part), std::string::npos) << Text;
}
