// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A reload while somebody builds: images are renamed one by one, then
// announced together, all of it under the builder's lock.
#include "RuntimeTest.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace hcr;

namespace {
class Builders : public RuntimeTest {
protected:
  Builders() {
    TestImage A("a.c", true), B("b.c", true);
    A.proc("step", "int step_actual(void) { return 1; }");
    B.proc("leap", "int leap_actual(void) { return 1; }");
    host(A);
    host(B);
  }
  ~Builders() override { unlock(); }

  static TestImage image(const std::string &Module, const std::string &Function,
                         int Value) {
    TestImage I(Module);
    I.proc(Function,
           "int " + Function + "_actual(void) { return " +
               std::to_string(Value) + "; }",
           {.Hash = static_cast<uint64_t>(Value)});
    return I;
  }
  void lock() {
    std::string Path = images() + "/lock";
    Lock = open(Path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    ASSERT_EQ(flock(Lock, LOCK_EX | LOCK_NB), 0);
  }
  void unlock() {
    if (Lock >= 0)
      close(Lock);
    Lock = -1;
  }
  /// An image in its place that no line in the journal speaks of.
  void replace(const std::string &Module, const TestImage &I) {
    I.write(Directory.Path + "/new.so");
    std::filesystem::rename(Directory.Path + "/new.so", pathOf(Module));
  }
  int step() { return call("a.c", "step"); }
  int leap() { return call("b.c", "leap"); }

  int Lock = -1;
};
} // namespace

TEST_F(Builders, AReplacedImageWaitsForItsLine) {
  build("a.c", image("a.c", "step", 2));
  build("b.c", image("b.c", "leap", 2));
  lock();
  replace("a.c", image("a.c", "step", 3));
  EXPECT_EQ(reload().Result, Outcome::Unchanged);
  EXPECT_EQ(step(), 1);
  EXPECT_EQ(leap(), 1) << "not without the other";
  EXPECT_TRUE(hcrReloadNeeded());
  announce("a.c");
  unlock();
  EXPECT_EQ(reloaded().Modules.size(), 2u);
  EXPECT_EQ(step(), 3);
  EXPECT_EQ(leap(), 2);
}

TEST_F(Builders, AForcedReloadWaitsToo) {
  build("a.c", image("a.c", "step", 2));
  reloaded();
  lock();
  replace("a.c", image("a.c", "step", 3));
  EXPECT_EQ(reload(true).Result, Outcome::Unchanged);
  EXPECT_EQ(step(), 2);
  announce("a.c");
  unlock();
  reloaded();
  EXPECT_EQ(step(), 3);
}

TEST_F(Builders, OneThatDiedDidNotAnnounce) {
  build("a.c", image("a.c", "step", 2));
  lock();
  replace("a.c", image("a.c", "step", 3));
  EXPECT_EQ(reload().Result, Outcome::Unchanged);
  unlock();
  refused("not the one that the journal announced");
  EXPECT_EQ(step(), 1);
  build("a.c", image("a.c", "step", 4));
  reloaded();
  EXPECT_EQ(step(), 4);
}

TEST_F(Builders, WhatIsNotAnnouncedYetIsNotFoundByItsFile) {
  build("a.c", image("a.c", "step", 2));
  reloaded();
  std::filesystem::last_write_time(
      images() + "/journal",
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  lock();
  replace("b.c", image("b.c", "leap", 2));
  EXPECT_EQ(reload().Result, Outcome::Unchanged);
  EXPECT_EQ(leap(), 1);
  unlock(); // made by hand after all
  reloaded();
  EXPECT_EQ(leap(), 2);
}

TEST_F(Builders, ARefusedImageWaitsForItsBetterOne) {
  TestImage Bad = image("a.c", "step", 2);
  Bad.importProc("nowhere");
  build("a.c", Bad);
  refused("needs 'nowhere'");
  lock();
  replace("a.c", image("a.c", "step", 3));
  EXPECT_EQ(reload().Result, Outcome::Unchanged);
  announce("a.c");
  unlock();
  reloaded();
  EXPECT_EQ(step(), 3);
}
