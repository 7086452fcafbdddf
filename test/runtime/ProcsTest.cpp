// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Functions that are removed, moved, or get another signature or scope.
#include "RuntimeTest.h"

using namespace hcr;
using Procs = RuntimeTest;

namespace {
TestImage with(const char *Module, const std::string &Name, int Value,
               TestImage::Options O = {}, bool Host = false) {
  TestImage I(Module, Host);
  I.proc(Name,
         "int " + Name + "_actual(int X) { return X + " +
             std::to_string(Value) + "; }",
         O);
  return I;
}
bool hasNote(const Report &R, const std::string &Part) {
  for (const std::string &Note : R.Notes)
    if (Note.find(Part) != std::string::npos)
      return true;
  return false;
}
} // namespace

TEST_F(Procs, ARemovedFunctionRunsItsLastVersionAndIsReported) {
  host(with("a.c", "f", 1, {}, true));
  auto *F = reinterpret_cast<int (*)(int)>(hcrGetProc("a.c", "f"));
  build("a.c", with("a.c", "g", 2));
  Report Out = reloaded();
  EXPECT_EQ(Out.Modules[0].Removed, 1u);
  EXPECT_EQ(Out.Modules[0].Added, 1u);
  EXPECT_TRUE(hasNote(Out, "f was removed"));
  EXPECT_EQ(F(10), 11);
  EXPECT_EQ(F(20), 21);
  build("a.c", with("a.c", "g", 3, {.Hash = 2}));
  Out = reloaded();
  EXPECT_TRUE(hasNote(Out, "the removed function f was called"));
  build("a.c", with("a.c", "g", 4, {.Hash = 3}));
  EXPECT_FALSE(hasNote(reloaded(), "f was called"));
}

TEST_F(Procs, ARemovedFunctionThatComesBackHasItsAddress) {
  host(with("a.c", "f", 1, {}, true));
  auto *F = reinterpret_cast<int (*)(int)>(hcrGetProc("a.c", "f"));
  build("a.c", with("a.c", "g", 2));
  reloaded();
  EXPECT_EQ(F(0), 1);
  build("a.c", with("a.c", "f", 5));
  reloaded();
  EXPECT_EQ(hcrGetProc("a.c", "f"), reinterpret_cast<void *>(F));
  EXPECT_EQ(F(0), 5);
  build("a.c", with("a.c", "h", 2));
  reloaded();
  EXPECT_EQ(F(0), 5) << "the last version, not the first";
}

TEST_F(Procs, AMovedFunctionKeepsItsAddress) {
  host(with("a.c", "f", 1, {}, true));
  void *Before = hcrGetProc("a.c", "f");
  build("a.c", with("a.c", "other", 0));
  build("b.c", with("b.c", "f", 2, {.Hash = 2}));
  Report Out = reloaded();
  EXPECT_FALSE(hasNote(Out, "removed"));
  EXPECT_EQ(hcrGetProc("b.c", "f"), Before);
  EXPECT_EQ(reinterpret_cast<int (*)(int)>(Before)(0), 2);
}

TEST_F(Procs, MovedInTwoSteps) {
  host(with("a.c", "f", 1, {}, true));
  auto *F = reinterpret_cast<int (*)(int)>(hcrGetProc("a.c", "f"));
  build("a.c", with("a.c", "other", 0));
  reloaded();
  build("b.c", with("b.c", "f", 2));
  reloaded();
  EXPECT_EQ(F(0), 2);
}

TEST_F(Procs, StaticAddedOrTakenAwayIsTheSameFunction) {
  host(with("a.c", "f", 1, {.Flags = HCR_SCOPE_MODULE}, true));
  void *Before = hcrGetProc("a.c", "f");
  build("a.c", with("a.c", "f", 2, {.Flags = HCR_SCOPE_PROGRAM, .Hash = 2}));
  Report Out = reloaded();
  EXPECT_EQ(Out.Modules[0].Changed, 1u);
  EXPECT_EQ(Out.Modules[0].Removed, 0u);
  EXPECT_EQ(hcrGetProc("a.c", "f"), Before);
  EXPECT_EQ(reinterpret_cast<int (*)(int)>(Before)(0), 2);
  build("a.c", with("a.c", "f", 3, {.Flags = HCR_SCOPE_MODULE, .Hash = 3}));
  reloaded();
  EXPECT_EQ(hcrGetProc("a.c", "f"), Before);
  EXPECT_EQ(reinterpret_cast<int (*)(int)>(Before)(0), 3);
}

TEST_F(Procs, AChangedSignatureIsAnotherFunction) {
  TestImage Caller("b.c", true);
  Caller.importProc("f", {.Signature = 11});
  Caller.proc("use", "int use_actual(int X) { return CALL(f, int, int)(X); }");
  void *A = host(with("a.c", "f", 1, {.Signature = 11}, true));
  host(Caller);
  auto *Old = reinterpret_cast<int (*)(int)>(dlsym(A, "f"));
  build("a.c", with("a.c", "f", 100, {.Signature = 22, .Hash = 2}));
  Report Out = reloaded();
  EXPECT_TRUE(hasNote(Out, "signature of f changed; b.c"));
  EXPECT_EQ(Old(0), 1) << "stale callers run the old body";
  EXPECT_EQ(call("b.c", "use", 0), 1);
  EXPECT_EQ(call("a.c", "f", 0), 100);

  TestImage Rebuilt("b.c");
  Rebuilt.importProc("f", {.Signature = 22});
  Rebuilt.proc("use", "int use_actual(int X) { return CALL(f, int, int)(X); }",
               {.Hash = 2});
  build("b.c", Rebuilt);
  reloaded();
  EXPECT_EQ(call("b.c", "use", 0), 100);
}

TEST_F(Procs, AliasesShareASlot) {
  TestImage Host("a.c", true);
  Host.code("#define g_actual f_actual");
  Host.proc("f", "int f_actual(int X) { return X + 1; }");
  host(Host);
  build("a.c", with("a.c", "f", 2, {.Hash = 2}));
  reloaded();
  EXPECT_EQ(call("a.c", "f", 0), 2);
}

TEST_F(Procs, InlineFunctionsOfManyModules) {
  TestImage::Options Inline = {.Flags = HCR_PROC_INLINE};
  host(with("a.c", "f", 1, Inline, true));
  host(with("b.c", "f", 1, Inline, true));
  auto *F = reinterpret_cast<int (*)(int)>(hcrGetProc("a.c", "f"));
  build("a.c", with("a.c", "f", 2, {.Flags = HCR_PROC_INLINE, .Hash = 2}));
  reloaded();
  EXPECT_EQ(F(0), 2);
  EXPECT_EQ(call("b.c", "f", 0), 2);
  // One of the two does not use it any more: nothing is removed.
  build("a.c", with("a.c", "other", 9));
  Report Out = reloaded();
  EXPECT_EQ(Out.Modules[0].Removed, 0u);
  EXPECT_EQ(F(0), 2);
  EXPECT_FALSE(hasNote(Out, "removed"));
}

TEST_F(Procs, DirectFunctionsAreReportedWhenTheyChange) {
  TestImage Host("a.c", true);
  Host.proc("main", "", {.Flags = HCR_PROC_DIRECT});
  host(Host);
  TestImage New("a.c");
  New.proc("main", "", {.Flags = HCR_PROC_DIRECT, .Hash = 2});
  build("a.c", New);
  EXPECT_TRUE(hasNote(reloaded(), "main changed"));
  build("a.c", New.flags("-O2"));
  EXPECT_FALSE(hasNote(reload(), "main changed"));
}

TEST_F(Procs, AModuleThatIsGone) {
  host(with("a.c", "f", 1, {}, true));
  build("b.c", with("b.c", "g", 2));
  reloaded();
  auto *G = reinterpret_cast<int (*)(int)>(hcrGetProc("b.c", "g"));
  journal("gone b.c\n");
  Report Out = reloaded();
  EXPECT_TRUE(hasNote(Out, "module b.c is gone"));
  EXPECT_EQ(Out.Modules[0].Removed, 1u);
  EXPECT_EQ(G(0), 2);
  EXPECT_EQ(R->RetiredImages, 1u);
  build("b.c", with("b.c", "g", 3));
  reloaded();
  EXPECT_EQ(G(0), 3);
}

TEST_F(Procs, ThreadLocalsStayWithTheirFirstImage) {
  auto Version = [](int Extra) {
    TestImage I("a.c");
    I.proc("t.tls", "", {.Flags = HCR_PROC_DIRECT});
    TestImage J("a.c");
    J.code("static __thread int t;");
    J.proc("t_tls", "void *t_tls_actual(void) { return &t; }",
           {.Flags = HCR_PROC_THREAD_LOCAL});
    J.proc("get",
           "int get_actual(void) { return ++*CALL(t_tls, int *, void)() + " +
               std::to_string(Extra) + "; }",
           {.Hash = static_cast<uint64_t>(Extra) + 1});
    return J;
  };
  build("a.c", Version(0));
  reloaded();
  EXPECT_EQ(call("a.c", "get"), 1);
  build("a.c", Version(100));
  reloaded();
  EXPECT_EQ(call("a.c", "get"), 102) << "the value lives on";
  build("a.c", Version(200));
  reloaded();
  EXPECT_EQ(call("a.c", "get"), 203);
}

TEST_F(Procs, AWeakImportIsBoundWhenItComes) {
  TestImage A("a.c");
  A.importProc("later", {.Flags = HCR_PROC_WEAK});
  A.proc("has", "int has_actual(void) { return ADDRESS(later) != 0 ? "
                "CALL(later, int, int)(1) : 0; }");
  build("a.c", A);
  reloaded();
  EXPECT_EQ(call("a.c", "has"), 0);
  build("b.c", with("b.c", "later", 5));
  reloaded();
  EXPECT_EQ(call("a.c", "has"), 6);
}
