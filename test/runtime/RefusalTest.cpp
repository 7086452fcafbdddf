// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A bad image is refused with one clear message, the old code runs on, nothing
// is left behind, and the next good image is taken.
#include "RuntimeTest.h"

#include "sys/Process.h"

#include <sys/stat.h>

using namespace hcr;

namespace {
class Refusal : public RuntimeTest {
protected:
  Refusal() {
    TestImage I("a.c", true);
    I.proc("step", "int step_actual(int X) { return 1; }");
    host(I);
  }
  static TestImage good(int Value) {
    TestImage I("a.c");
    I.proc("step",
           "int step_actual(int X) { return " + std::to_string(Value) + "; }",
           {.Hash = static_cast<uint64_t>(Value)});
    return I;
  }
  /// The old version runs, nothing is mapped or left, and it is not tried
  /// again.
  void unharmed(int Value = 1) {
    EXPECT_EQ(call("a.c", "step", 0), Value);
    EXPECT_EQ(reload().Result, Outcome::Unchanged) << "tried again";
    EXPECT_EQ(R->Loaded.program()->Live, 1u);
    std::string Maps = readAll("/proc/self/maps");
    std::string Copies = images() + "/live/" + std::to_string(getpid()) + "/";
    if (Value == 1) {
      EXPECT_EQ(Maps.find(Copies), std::string::npos) << Maps;
      if (std::filesystem::exists(Copies)) {
        EXPECT_TRUE(std::filesystem::is_empty(Copies));
      }
    }
  }
  void recovers() {
    build("a.c", good(77));
    reloaded();
    EXPECT_EQ(call("a.c", "step", 0), 77);
  }
};
} // namespace

TEST_F(Refusal, UndefinedImport) {
  TestImage I = good(2);
  I.importProc("nowhere");
  build("a.c", I);
  Report Out = refused("a.c: needs 'nowhere', which nobody defines");
  EXPECT_EQ(Out.Generation, 0);
  unharmed();
  recovers();
}

TEST_F(Refusal, UndefinedVariable) {
  TestImage I = good(2);
  I.importVariable("nowhere");
  build("a.c", I);
  refused("a.c: needs the variable 'nowhere'");
  unharmed();
  recovers();
}

TEST_F(Refusal, StrongUndefinedSymbol) {
  TestImage I = good(2);
  I.code("extern int missing_function(void);"
         "int use(void) { return missing_function(); }");
  build("a.c", I);
  refused("a.c: needs 'missing_function', which nobody defines");
  unharmed();
  recovers();
}

TEST_F(Refusal, AnotherProgram) {
  build("a.c", good(2).program(1234));
  refused("another build of the program");
  unharmed();
  recovers();
}

TEST_F(Refusal, ThisProgramById) {
  Config C;
  C.ProgramId = 1234;
  begin(C);
  build("a.c", good(2).program(1234));
  reloaded();
}

TEST_F(Refusal, AnotherAbi) {
  build("a.c", good(2).abiVersion(99));
  refused("another version of HCR");
  unharmed();
  recovers();
}

TEST_F(Refusal, HostBindingAsImage) {
  TestImage I("a.c", true);
  I.proc("step", "int step_actual(int X) { return 3; }");
  build("a.c", I);
  EXPECT_EQ(reload().Result, Outcome::Refused);
  unharmed();
}

TEST_F(Refusal, NoModuleInside) {
  std::ofstream(Directory.Path + "/x.c") << "int x;";
  std::string Command = std::string(HCR_TEST_CC) + " -shared -fPIC -o " +
                        pathOf("a.c") + " " + Directory.Path + "/x.c";
  ASSERT_EQ(system(Command.c_str()), 0);
  announce("a.c");
  refused("the image holds no module");
  unharmed();
  recovers();
}

/// The checks of every single byte are in ImageFileTest.cpp; here the whole
/// way.
TEST_F(Refusal, CutWithoutAJournal) {
  good(2).flags("-s").write(Directory.Path + "/whole.so");
  std::string Bytes = readAll(Directory.Path + "/whole.so");
  for (size_t Size = 0; Size < Bytes.size();
       Size += Size + 100 < Bytes.size() ? 997 : 1) {
    std::ofstream(pathOf("a.c"), std::ios::binary | std::ios::trunc)
        << Bytes.substr(0, Size);
    Report Out = reload();
    ASSERT_EQ(Out.Result, Outcome::Refused) << Size;
    ASSERT_NE(Out.Message.find("a.c: the image"), std::string::npos);
  }
  unharmed();
  std::ofstream(pathOf("a.c"), std::ios::binary | std::ios::trunc) << Bytes;
  reloaded();
  EXPECT_EQ(call("a.c", "step", 0), 2);
}

TEST_F(Refusal, NotWhatTheJournalAnnounced) {
  build("a.c", good(2));
  std::string Bytes = readAll(pathOf("a.c"));
  Bytes[Bytes.size() / 2] ^= 1;
  std::ofstream(pathOf("a.c"), std::ios::binary | std::ios::trunc) << Bytes;
  refused("not the one that the journal announced");
  unharmed();
  recovers();
}

TEST_F(Refusal, MissingImage) {
  journal("image 100 0000000000000001 a.c\n");
  refused("cannot read the image");
  unharmed();
  recovers();
}

TEST_F(Refusal, AnotherProcessor) {
  build("a.c", good(2));
  std::string Bytes = readAll(pathOf("a.c"));
  Bytes[18] = static_cast<char>(183); // EM_AARCH64
  std::ofstream(pathOf("a.c"), std::ios::binary | std::ios::trunc) << Bytes;
  announce("a.c");
  refused("is for another processor");
  unharmed();
  recovers();
}

TEST_F(Refusal, OneBadModuleRefusesAll) {
  TestImage B("b.c");
  B.proc("other", "int other_actual(void) { return 1; }");
  B.importProc("nowhere");
  build("a.c", good(2));
  build("b.c", B);
  refused("b.c: needs 'nowhere'");
  unharmed();
  // Repairing the one takes in the other too.
  TestImage Fixed("b.c");
  Fixed.proc("other", "int other_actual(void) { return 5; }");
  build("b.c", Fixed);
  EXPECT_EQ(reloaded().Modules.size(), 2u);
  EXPECT_EQ(call("a.c", "step", 0), 2);
  EXPECT_EQ(call("b.c", "other"), 5);
}

TEST_F(Refusal, WhatWasMissingMayComeLater) {
  TestImage I("a.c");
  I.importProc("later");
  I.proc("step", "int step_actual(int X) { return CALL(later, int, void)(); }");
  build("a.c", I);
  refused("needs 'later'");
  TestImage B("b.c");
  B.proc("later", "int later_actual(void) { return 9; }");
  build("b.c", B);
  EXPECT_EQ(reloaded().Modules.size(), 2u);
  EXPECT_EQ(call("a.c", "step", 0), 9);
}

TEST_F(Refusal, AStillBadOneDoesNotKeepOthersOut) {
  TestImage Bad("b.c");
  Bad.proc("other", "int other_actual(void) { return 1; }");
  Bad.importProc("nowhere");
  build("b.c", Bad);
  refused("needs 'nowhere'");
  build("a.c", good(2));
  EXPECT_EQ(reloaded().Modules.size(), 1u);
  EXPECT_EQ(call("a.c", "step", 0), 2);
}

TEST_F(Refusal, WrongSignature) {
  TestImage Host("h.c", true);
  Host.proc("typed", "int typed_actual(void) { return 1; }", {.Signature = 1});
  host(Host);
  TestImage I = good(2);
  I.importProc("typed", {.Signature = 2});
  build("a.c", I);
  Report Out = refused("a.c: calls 'typed' with another signature than h.c");
  unharmed();
  recovers();
}

TEST_F(Refusal, RemovedImport) {
  build("b.c", [] {
    TestImage I("b.c");
    I.proc("short_lived", "int short_lived_actual(void) { return 1; }");
    return I;
  }());
  reloaded();
  journal("gone b.c\n");
  reloaded();
  TestImage I = good(2);
  I.importProc("short_lived");
  build("a.c", I);
  refused("which was removed from b.c");
  EXPECT_EQ(call("a.c", "step", 0), 1);
}

TEST_F(Refusal, DirectoryNotWritable) {
  build("a.c", good(2));
  // A file where the directory has to be; root may write everywhere.
  std::ofstream(images() + "/live") << "in the way";
  refused("cannot make the directory");
  EXPECT_EQ(call("a.c", "step", 0), 1);
  std::filesystem::remove(images() + "/live");
  recovers();
}

TEST_F(Refusal, MessagesReachTheProgram) {
  TestImage I = good(2);
  I.importProc("nowhere");
  build("a.c", I);
  EXPECT_TRUE(hcr_reload_needed());
  EXPECT_EQ(hcr_perform_code_reload(), HCR_REFUSED);
  EXPECT_FALSE(hcr_reload_needed());
  char Text[512], Small[4];
  size_t Length = hcr_last_message(Text, sizeof(Text));
  EXPECT_EQ(Length, strlen(Text));
  EXPECT_EQ(hcr_last_message(Small, sizeof(Small)), Length);
  EXPECT_EQ(strlen(Small), 3u);
  EXPECT_EQ(hcr_last_message(nullptr, 0), Length);
  EXPECT_GT(hcr_last_report(nullptr, 0), Length);
}
