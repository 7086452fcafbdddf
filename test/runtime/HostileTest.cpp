// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files that somebody else could have made are not loaded; what is refused
// says so, leaves nothing behind, and the next reload succeeds.
#include "RuntimeTest.h"

#include "core/Control.h"
#include "core/Tree.h"
#include "core/Trust.h"

#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace hcr;
namespace fs = std::filesystem;

namespace {
class Hostile : public RuntimeTest {
protected:
  Hostile() {
    TestImage A("src/a.c", true);
    A.proc("step", "int step_actual(void) { return 1; }");
    host(A);
  }
  static TestImage image(int Value) {
    TestImage I("src/a.c");
    I.proc("step",
           "int step_actual(void) { return " + std::to_string(Value) + "; }",
           {.Hash = static_cast<uint64_t>(Value)});
    return I;
  }
  int step() { return call("src/a.c", "step"); }
  void mode(const std::string &Path, unsigned Mode) {
    ASSERT_EQ(chmod(Path.c_str(), Mode), 0) << Path;
  }
  /// Makes a file another user's. Who may not give files away claims to be
  /// somebody else instead, which is the same to the runtime.
  void giveAway(const std::string &Path) {
    if (geteuid() == 0) {
      ASSERT_EQ(chown(Path.c_str(), 12345, 12345), 0) << Path;
      return;
    }
    Config C;
    C.User = geteuid() + 1;
    begin(C);
  }
  void takeBack(const std::string &Path) {
    if (geteuid() == 0)
      ASSERT_EQ(chown(Path.c_str(), 0, 0), 0) << Path;
    else
      begin({});
  }
  /// Open descriptors, and which of them would survive an exec.
  static std::string descriptors(bool Surviving) {
    std::string Out;
    for (int I = 3; I < 1024; ++I)
      if (int Flags = fcntl(I, F_GETFD);
          Flags >= 0 && (!Surviving || !(Flags & FD_CLOEXEC)))
        Out += std::to_string(I) + " ";
    return Out;
  }
  std::vector<std::string> live() {
    return sys::listDirectory(images() + "/live/" + std::to_string(getpid()));
  }
};
} // namespace

TEST_F(Hostile, AnImageOfAnotherUser) {
  build("src/a.c", image(2));
  giveAway(pathOf("src/a.c"));
  Report Out = refused("src/a.c: the image is not used: " + pathOf("src/a.c") +
                       " belongs to user ");
  EXPECT_NE(Out.Message.find("build as that user"), std::string::npos);
  EXPECT_TRUE(live().empty());
  EXPECT_EQ(step(), 1);
  takeBack(pathOf("src/a.c"));
  build("src/a.c", image(3));
  reloaded();
  EXPECT_EQ(step(), 3);
}

TEST_F(Hostile, AnImageThatEverybodyMayWrite) {
  build("src/a.c", image(2));
  mode(pathOf("src/a.c"), 0777);
  refused(pathOf("src/a.c") + " is open to every user; take that away (chmod "
                              "o-w)");
  EXPECT_EQ(step(), 1);
  mode(pathOf("src/a.c"), 0755);
  build("src/a.c", image(3));
  reloaded();
}

TEST_F(Hostile, ADirectoryThatEverybodyMayWrite) {
  int Value = 1;
  for (std::string Directory : {images(), images() + "/src"}) {
    build("src/a.c", image(++Value));
    mode(Directory, 0777);
    refused(Directory + " is open to every user");
    // With the sticky bit nobody can exchange what belongs to others.
    mode(Directory, 01777);
    build("src/a.c", image(++Value));
    reloaded();
    EXPECT_EQ(step(), Value);
    mode(Directory, 0755);
  }
}

TEST_F(Hostile, ADirectoryOfAnotherUser) {
  build("src/a.c", image(2));
  giveAway(images() + "/src");
  refused(" belongs to user ");
  EXPECT_EQ(step(), 1);
}

TEST_F(Hostile, AGroupMayWrite) {
  build("src/a.c", image(2));
  mode(images(), 0775);
  mode(images() + "/src", 0775);
  mode(pathOf("src/a.c"), 0775);
  reloaded();
  EXPECT_EQ(step(), 2);
}

TEST_F(Hostile, AnImageThatIsALink) {
  fs::create_directories(images() + "/src");
  image(2).write(Directory.Path + "/elsewhere.so");
  fs::create_symlink(Directory.Path + "/elsewhere.so", pathOf("src/a.c"));
  refused(pathOf("src/a.c") + " is a symbolic link, which is not followed");
  EXPECT_EQ(step(), 1);
  fs::remove(pathOf("src/a.c"));
  build("src/a.c", image(3));
  reloaded();
  EXPECT_EQ(step(), 3);
}

TEST_F(Hostile, ADirectoryThatIsALink) {
  fs::create_directories(Directory.Path + "/elsewhere");
  fs::create_symlink(Directory.Path + "/elsewhere", images() + "/src");
  // One that leads in a circle, and one out of the directory.
  fs::create_symlink(".", images() + "/circle");
  fs::create_symlink("/", images() + "/out");
  image(2).write(Directory.Path + "/elsewhere/a.c.so");
  EXPECT_EQ(reload().Result, Outcome::Unchanged) << "not searched";
  announce("src/a.c");
  refused(images() + "/src is a symbolic link");
  EXPECT_EQ(step(), 1);
}

TEST_F(Hostile, TheDirectoryItselfMayBeReachedThroughALink) {
  fs::rename(images(), Directory.Path + "/elsewhere");
  fs::create_symlink(Directory.Path + "/elsewhere", images());
  build("src/a.c", image(2));
  reloaded();
  EXPECT_EQ(step(), 2);
}

TEST_F(Hostile, AJournalOfAnotherUser) {
  build("src/a.c", image(2));
  giveAway(images() + "/journal");
  EXPECT_TRUE(hcr_reload_needed());
  refused("/journal belongs to user ");
  EXPECT_FALSE(hcr_reload_needed()) << "said once to who asks in a loop";
  refused("/journal belongs to user ");
  EXPECT_EQ(step(), 1);
  takeBack(images() + "/journal");
  reloaded();
  EXPECT_EQ(step(), 2);
}

TEST_F(Hostile, NamesThatLeaveTheDirectory) {
  for (const char *Name :
       {"", "/", "/a", "..", "../a", "a/..", "a/../b", ".", "./a", "a/./b",
        "a//b", "a/", "a\tb", "a\x1b[2J", "\x7f", "a\nb"})
    EXPECT_FALSE(isModuleName(Name)) << quoteJson(Name);
  EXPECT_FALSE(isModuleName(std::string_view("a\0b", 3)));
  for (const char *Name : {"a", "a.c", "src/a.c", "..a", "a..", "src/..a/b c",
                           "\xc3\xa4.c", "...", "build/generated.c"})
    EXPECT_TRUE(isModuleName(Name)) << Name;
}

/// From the journal, the list of imports, a program and the socket.
TEST_F(Hostile, NobodyIsLedOutOfTheDirectory) {
  image(2).write(Directory.Path + "/outside.so");
  std::string Bytes = readAll(Directory.Path + "/outside.so");
  std::string Line = format(
      "image %zu %016llx ", Bytes.size(),
      static_cast<unsigned long long>(hashBytes(Bytes.data(), Bytes.size())));
  journal(Line + "../outside\n");
  journal(Line + Directory.Path + "/outside\n");
  journal(Line + "src/../../outside\n");
  journal(Line + std::string("../outside\0", 11) + "\n");
  journal("gone ../outside\n");
  EXPECT_EQ(reload().Result, Outcome::Unchanged);
  std::ofstream(images() + "/imports") << "main.c: ../outside\n";
  std::string Main;
  Report Out = addModules(*R, readTree(images(), Main));
  EXPECT_EQ(Out.Result, Outcome::Refused);
  EXPECT_NE(Out.Message.find("is no name of a module"), std::string::npos);
  hcrAddModule("../outside");
  EXPECT_NE(R->Loaded.find("src/a.c"), nullptr);
  EXPECT_EQ(step(), 1);
  EXPECT_NE(answer(*R, "reload reinit ../outside").find("\"refused\""),
            std::string::npos);
  EXPECT_EQ(step(), 1);
}

TEST_F(Hostile, CopiesAreKeptWhereNobodyElseWrites) {
  build("src/a.c", image(2));
  fs::create_directories(Directory.Path + "/elsewhere");
  fs::create_symlink(Directory.Path + "/elsewhere", images() + "/live");
  refused("cannot keep copies of images: " + images() +
          "/live is a symbolic link");
  EXPECT_TRUE(sys::listDirectory(Directory.Path + "/elsewhere").empty());
  fs::remove(images() + "/live");
  fs::create_directories(images() + "/live");
  mode(images() + "/live", 0777);
  build("src/a.c", image(3));
  refused(images() + "/live is open to every user");
  mode(images() + "/live", 0755);
  // A directory of our number that is left from another process goes.
  std::string Own = images() + "/live/" + std::to_string(getpid());
  fs::create_directories(Own);
  mode(Own, 0777);
  std::ofstream(Own + "/1-src~a.c.so") << "old";
  build("src/a.c", image(4));
  reloaded();
  EXPECT_EQ(step(), 4);
  struct stat S;
  ASSERT_EQ(stat(Own.c_str(), &S), 0);
  EXPECT_EQ(S.st_mode & 07777, 0700u);
}

TEST_F(Hostile, EveryDescriptorEndsWithAnExec) {
  std::string Before = descriptors(true);
  Config C;
  std::string LogTo = Directory.Path + "/log";
  C.LogTo = LogTo.c_str();
  begin(C);
  ASSERT_FALSE(Control::start(*R));
  // A child made at any moment of a reload inherits nothing.
  static std::string During;
  During.clear();
  hcr_add_event_handler(
      true, [](void *) { During = descriptors(true); }, nullptr);
  build("src/a.c", image(2));
  reloaded();
  EXPECT_EQ(During, Before);
  EXPECT_EQ(descriptors(true), Before);
  std::string All = descriptors(false);
  build("src/a.c", image(3));
  reloaded();
  EXPECT_EQ(descriptors(false), All) << "nothing is left open";
  Control::stop(*R);
}

/// The disk is full in the middle of a copy. The limit of a process is met by
/// a signal whose default is death; not by ours.
TEST_F(Hostile, AFullDisk) {
  build("src/a.c", image(2));
  rlimit Before, Small;
  getrlimit(RLIMIT_FSIZE, &Before);
  Small = Before;
  Small.rlim_cur = 1000;
  ASSERT_EQ(signal(SIGXFSZ, SIG_DFL), SIG_DFL);
  setrlimit(RLIMIT_FSIZE, &Small);
  Report Out = reload();
  setrlimit(RLIMIT_FSIZE, &Before);
  EXPECT_EQ(Out.Result, Outcome::Refused);
  EXPECT_NE(Out.Message.find("src/a.c: cannot write the copy "),
            std::string::npos)
      << Out.Message;
  EXPECT_TRUE(live().empty());
  EXPECT_EQ(step(), 1);
  build("src/a.c", image(3));
  reloaded();
  EXPECT_EQ(step(), 3);
}

/// A bit that tipped over in a table: found before anything reads it.
TEST_F(Hostile, TablesThatLeadOutOfTheImage) {
  struct {
    size_t Field;
    const char *Said;
  } Cases[] = {
      {offsetof(HcrModuleTable, Name), "no name of its module"},
      {offsetof(HcrModuleTable, ProcCount), "a list of functions that reaches"},
      {offsetof(HcrModuleTable, Procs), "a list of functions that reaches"},
      {offsetof(HcrModuleTable, DatInit), "an entry point outside of it"},
      {offsetof(HcrModuleTable, State), "no place for its state"},
  };
  for (const auto &[Field, Said] : Cases) {
    build("src/a.c", image(2));
    std::string Bytes = readAll(pathOf("src/a.c"));
    uint32_t Magic = HCR_ABI_MAGIC, Wrong = 0x7ffffff0;
    size_t At = Bytes.find(reinterpret_cast<const char *>(&Magic), 0, 4);
    ASSERT_NE(At, std::string::npos);
    memcpy(Bytes.data() + At + Field, &Wrong, sizeof(Wrong));
    fs::remove(pathOf("src/a.c"));
    std::ofstream(pathOf("src/a.c"), std::ios::binary) << Bytes;
    announce("src/a.c");
    refused(std::string(" has ") + Said);
    EXPECT_EQ(step(), 1);
  }
  build("src/a.c", image(3));
  reloaded();
  EXPECT_EQ(step(), 3);
}
