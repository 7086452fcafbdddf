// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A program that runs with more rights than whoever started it believes
// nothing of what that user says.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace fs = std::filesystem;

namespace {
class Setuid : public testing::Test {
protected:
  Setuid() {
    char Name[] = "/tmp/hcr-setuid-XXXXXX";
    Path = mkdtemp(Name);
    chmod(Path.c_str(), 0755);
    // Where the program's user can read it, whatever the build tree allows.
    fs::copy_file(fs::canonical(HCR_TEST_LIBRARY), Path + "/libhcr.so.0");
    chmod((Path + "/libhcr.so.0").c_str(), 0755);
    std::ofstream(Path + "/program.c") << Source;
    Built = system((HCR_TEST_CC " -D_GNU_SOURCE " HCR_TEST_FLAGS
                                " -I" HCR_TEST_INCLUDE " -o " +
                    Path + "/program " + Path + "/program.c " + Path +
                    "/libhcr.so.0 -Wl,-rpath," + Path)
                       .c_str());
    // What the caller offers.
    fs::create_directories(Path + "/evil");
    chmod((Path + "/evil").c_str(), 0777);
  }
  ~Setuid() override { fs::remove_all(Path); }

  /// Makes the program one that runs with other rights than ours: as another
  /// user if we may (root), else with another group of ours.
  std::string giveRights() {
    std::string Program = Path + "/program";
    if (geteuid() == 0) {
      if (chown(Program.c_str(), 12345, 12345))
        return "cannot give the program away";
      chmod(Program.c_str(), 04755);
      return "";
    }
    std::vector<gid_t> Groups(64);
    int Count = getgroups(64, Groups.data());
    for (int I = 0; I < Count; ++I)
      if (Groups[I] != getegid() &&
          !chown(Program.c_str(), static_cast<uid_t>(-1), Groups[I]))
        return chmod(Program.c_str(), 02755) ? "cannot set the bit" : "";
    return "this user is not root and in one group only, so nobody can make a "
           "program with other rights";
  }

  std::string run() {
    int Code = system(("cd " + Path +
                       " && HCR_CONTROL=1 HCR_UNLOAD=collect HCR_DIR=" + Path +
                       "/evil HCR_LOG=" + Path + "/evil/log ./program >" +
                       Path + "/output 2>&1")
                          .c_str());
    std::ifstream File(Path + "/output");
    std::ostringstream Text;
    Text << File.rdbuf();
    EXPECT_EQ(Code, 0) << Text.str();
    return Text.str();
  }
  static constexpr const char *Source = R"(
    #include <dirent.h>
    #include <hcr/hcr.h>
    #include <stdio.h>
    #include <sys/auxv.h>
    /* Nobody may look for leaks in a process with other rights. */
    const char *__asan_default_options(void) { return "detect_leaks=0"; }
    int main(void) {
      char Why[200];
      printf("secure %d\n", getauxval(AT_SECURE) != 0);
      printf("result %d\n", hcr_perform_code_reload());
      printf("listens %d\n", hcr_listen());
      hcr_last_message(Why, sizeof(Why));
      printf("%s\n", Why);
      return 0;
    }
  )";
  std::string Path;
  int Built;
};
} // namespace

TEST_F(Setuid, TheEnvironmentOfThePlainProgramCounts) {
  ASSERT_EQ(Built, 0);
  EXPECT_NE(run().find("secure 0\nresult 0\nlistens 1\n"), std::string::npos);
  EXPECT_TRUE(fs::exists(Path + "/evil/log"));
}

TEST_F(Setuid, NothingOfTheEnvironmentIsBelieved) {
  ASSERT_EQ(Built, 0);
  std::string Why = giveRights();
  std::string Said = run();
  if (Said.find("secure 1\n") == std::string::npos) {
    // Not passed in silence; root, and every user of two groups, can run it.
    printf("NOT RUN: %s; or the file system of /tmp ignores these rights\n",
           Why.empty() ? "the program got no other rights" : Why.c_str());
    EXPECT_NE(geteuid(), 0u) << "root can always run this, unless /tmp is "
                                "mounted nosuid: give another TMPDIR";
    return;
  }
  EXPECT_NE(Said.find("result 0\nlistens 0\na setuid program does not listen"),
            std::string::npos)
      << Said;
  EXPECT_TRUE(fs::is_empty(Path + "/evil")) << "no log, no socket, no copies";
  EXPECT_FALSE(fs::exists(Path + "/program.hcr"));
}
