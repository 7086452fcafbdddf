// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What counts as a new image: the journal, and directories without one.
#include "core/Finder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

using namespace hcr;
namespace fs = std::filesystem;

namespace {
class FinderTest : public testing::Test {
protected:
  FinderTest() {
    char Name[] = "/tmp/hcr-finder-XXXXXX";
    Path = mkdtemp(Name);
    F.open(Path, 0);
  }
  ~FinderTest() override { fs::remove_all(Path); }

  void put(const std::string &Module, const std::string &Content) {
    std::string File = Path + "/" + Module + ".so";
    fs::create_directories(fs::path(File).parent_path());
    std::ofstream(File + ".tmp.1") << Content;
    fs::rename(File + ".tmp.1", File);
  }
  void journal(const std::string &Text) {
    std::ofstream(Path + "/journal", std::ios::app) << Text;
  }
  void image(const std::string &Module, const char *Hash) {
    put(Module, Hash);
    journal("image 16 " + std::string(Hash) + " " + Module + "\n");
  }
  std::string names(const std::vector<Found> &List) {
    std::string Out;
    for (const Found &One : List)
      Out += (One.Gone ? "-" : "") + One.Module + " ";
    return Out;
  }
  std::string take() { return names(F.take(true)); }
  void useAll() {
    for (const Found &One : F.take(true))
      F.loaded(One, One.Size, One.Hash);
  }

  std::string Path;
  Finder F;
};
constexpr const char *One = "0000000000000001", *Two = "0000000000000002";
} // namespace

TEST_F(FinderTest, NothingThereIsNothingNew) {
  EXPECT_FALSE(F.anythingNew());
  Finder Nowhere;
  Nowhere.open("/nonexistent/program.hcr", 0);
  EXPECT_FALSE(Nowhere.anythingNew());
}

TEST_F(FinderTest, JournalAnnounces) {
  image("src/a.c", One);
  EXPECT_TRUE(F.anythingNew());
  std::vector<Found> List = F.take(true);
  ASSERT_EQ(List.size(), 1u);
  EXPECT_EQ(List[0].Module, "src/a.c");
  EXPECT_EQ(List[0].Size, 16u);
  EXPECT_EQ(List[0].Hash, 1u);
  EXPECT_TRUE(List[0].Announced);
  useAll();
  EXPECT_FALSE(F.anythingNew());
}

TEST_F(FinderTest, EqualContentIsNotNew) {
  image("a.c", One);
  useAll();
  image("a.c", One);
  EXPECT_FALSE(F.anythingNew());
  image("a.c", Two);
  EXPECT_TRUE(F.anythingNew());
}

TEST_F(FinderTest, OnlyTheLastLineOfAModuleCounts) {
  image("a.c", One);
  image("a.c", Two);
  EXPECT_EQ(F.take(true).size(), 1u);
  EXPECT_EQ(F.take(true)[0].Hash, 2u);
}

TEST_F(FinderTest, GarbageInTheJournalIsSkipped) {
  put("a.c", One);
  journal("\n\nnonsense\nimage\nimage x y z\nimage 5 123 a.c\n"
          "image 5 00000000000000zz a.c\nimage 16 0000000000000001 ../../etc\n"
          "image 16 0000000000000001 /etc/passwd\ngone \n");
  journal(std::string("\0\xff\n", 3));
  journal("image 16 0000000000000001 a.c\n");
  EXPECT_EQ(take(), "a.c ");
}

TEST_F(FinderTest, ALineWithoutEndIsNotReadYet) {
  journal("");
  F.anythingNew();
  put("a.c", One);
  useAll(); // what the scan of a journal just made shows
  put("a.c", Two);
  journal("image 16 00000000000");
  F.take(true);
  journal("00002 a.c\n");
  ASSERT_EQ(take(), "a.c ");
  EXPECT_EQ(F.take(true)[0].Hash, 2u);
}

TEST_F(FinderTest, AJournalStartedAnewIsReadFromItsBegin) {
  image("a.c", One);
  image("b.c", One);
  useAll();
  fs::remove(Path + "/journal");
  image("c.c", One);
  EXPECT_EQ(take(), "c.c ");
}

TEST_F(FinderTest, GoneModules) {
  image("a.c", One);
  useAll();
  journal("gone a.c\n");
  EXPECT_EQ(take(), "-a.c ");
}

TEST_F(FinderTest, WithoutAJournalFilesAreCompared) {
  put("src/deep/a.c", One);
  put("b.c", One);
  fs::create_directories(Path + "/build");
  fs::create_directories(Path + "/live/1");
  std::ofstream(Path + "/build/x.c.so") << "private";
  std::ofstream(Path + "/live/1/1-a.so") << "private";
  EXPECT_EQ(take(), "b.c src/deep/a.c ");
  EXPECT_FALSE(F.take(true)[0].Announced);
  useAll();
  EXPECT_EQ(take(), "");
  put("src/deep/a.c", Two);
  put("src/new/c.c", Two);
  EXPECT_EQ(take(), "src/deep/a.c src/new/c.c ");
}

TEST_F(FinderTest, AFileMadeByHandBesideAJournal) {
  image("a.c", One);
  useAll();
  fs::last_write_time(Path + "/journal",
                      fs::file_time_type::clock::now() - std::chrono::hours(1));
  put("b.c", One);
  EXPECT_EQ(take(), "b.c ");
}

TEST_F(FinderTest, ImagesOlderThanTheProgramAreIgnored) {
  image("a.c", One);
  Finder Later;
  Later.open(Path, INT64_MAX);
  EXPECT_FALSE(Later.anythingNew());
}

TEST_F(FinderTest, RefusedOnesComeBackWithOthers) {
  image("a.c", One);
  F.hold(F.take(true)[0], Finder::Offer::WithOthers);
  EXPECT_FALSE(F.anythingNew());
  EXPECT_EQ(names(F.take(false)), "");
  image("b.c", One);
  EXPECT_TRUE(F.anythingNew());
  std::vector<Found> List = F.take(true);
  ASSERT_EQ(names(List), "a.c b.c ");
  EXPECT_TRUE(List[0].Held);
  EXPECT_FALSE(List[1].Held);
}

TEST_F(FinderTest, DamagedOnesComeBackWhenTheyChange) {
  image("a.c", One);
  F.hold(F.take(true)[0], Finder::Offer::WhenChanged);
  image("b.c", One);
  EXPECT_EQ(take(), "b.c ");
  // Completed in place, without a line in the journal.
  std::ofstream(Path + "/a.c.so", std::ios::app) << "the rest";
  EXPECT_EQ(take(), "a.c b.c ");
}

TEST_F(FinderTest, WhatLackedSomethingComesWithEachReload) {
  image("a.c", One);
  F.hold(F.take(true)[0], Finder::Offer::WithEachReload);
  EXPECT_EQ(take(), "a.c ");
  EXPECT_FALSE(F.take(true)[0].Held);
  EXPECT_FALSE(F.anythingNew()) << "not in each turn of a loop";
}

/// A program asks hcr_reload_needed() while another thread reloads, or before
/// it hears that what it loaded crashed.
TEST_F(FinderTest, WhatCameMeanwhileStaysNew) {
  image("a.c", One);
  std::vector<Found> First = F.take(true);
  ASSERT_EQ(First.size(), 1u);
  image("a.c", Two);
  EXPECT_TRUE(F.anythingNew());
  F.loaded(First[0], 16, 1);
  EXPECT_TRUE(F.anythingNew());
  F.hold(First[0], Finder::Offer::WhenChanged);
  EXPECT_TRUE(F.anythingNew());
  EXPECT_EQ(take(), "a.c ");
  useAll();
  EXPECT_FALSE(F.anythingNew());
}

/// As above; the newer notice takes the change back.
TEST_F(FinderTest, WhatCameMeanwhileMayBeWhatWasLoadedBefore) {
  image("a.c", One);
  useAll();
  image("a.c", Two);
  std::vector<Found> Second = F.take(true);
  image("a.c", One);
  EXPECT_FALSE(F.anythingNew());
  F.loaded(Second[0], 16, 2);
  EXPECT_TRUE(F.anythingNew());
  EXPECT_EQ(take(), "a.c ");
}
