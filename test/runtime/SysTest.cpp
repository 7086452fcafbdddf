// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The layer below everything: files, sockets, writing without a SIGPIPE.
#include "sys/Library.h"
#include "sys/Memory.h"
#include "sys/Process.h"
#include "sys/Socket.h"

#include <csignal>
#include <cstdlib>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace hcr;

namespace {
class Sys : public testing::Test {
protected:
  Sys() {
    char Name[] = "/tmp/hcr-sys-XXXXXX";
    Path = mkdtemp(Name);
  }
  ~Sys() override { sys::removeTree(Path); }
  std::string Path;
};
} // namespace

TEST_F(Sys, ReplaceIsAtomicAndLeavesNothingAside) {
  EXPECT_EQ(sys::replaceFile(Path + "/f", "one"), 0);
  EXPECT_EQ(sys::replaceFile(Path + "/f", "two"), 0);
  std::string Text;
  sys::FileId Id;
  EXPECT_EQ(sys::readTail(Path + "/f", 1, Text, Id), 0);
  EXPECT_EQ(Text, "wo");
  EXPECT_EQ(sys::listDirectory(Path).size(), 1u);
}

TEST_F(Sys, PagesAreWritableForAMomentOnly) {
  auto *Pages = static_cast<char *>(sys::allocatePages(4 * 4096));
  auto At = [&](size_t Page) {
    return reinterpret_cast<void **>(Pages + Page * 4096 + 8);
  };
  mprotect(Pages, 2 * 4096, PROT_READ);
  mprotect(Pages + 2 * 4096, 4096, PROT_READ | PROT_EXEC);
  auto IsWritable = [&](size_t Page) {
    // The kernel writes there, so a page that is not is an error, no signal.
    int Ends[2];
    EXPECT_EQ(pipe(Ends), 0);
    bool Works =
        write(Ends[1], "12345678", 8) == 8 && read(Ends[0], At(Page), 8) == 8;
    close(Ends[0]);
    close(Ends[1]);
    return Works;
  };
  sys::WritablePages Open;
  EXPECT_EQ(Open.open({At(0), At(0) + 1, At(1), At(3)}), 0);
  EXPECT_TRUE(IsWritable(0) && IsWritable(1) && IsWritable(3));
  Open.close();
  EXPECT_FALSE(IsWritable(0) || IsWritable(1));
  EXPECT_TRUE(IsWritable(3));
  // Code is never writable; then nothing else is, either.
  EXPECT_EQ(Open.open({At(0), At(2)}), EACCES);
  EXPECT_FALSE(IsWritable(0) || IsWritable(2));
  sys::releasePages(Pages, 4 * 4096);
}

TEST_F(Sys, WriteNewRefusesWhatIsThere) {
  EXPECT_EQ(sys::writeNew(Path + "/f", "x", 1), 0);
  EXPECT_EQ(sys::writeNew(Path + "/f", "x", 1), EEXIST);
}

TEST_F(Sys, OnlyRegularFilesAreRead) {
  ASSERT_EQ(mkfifo((Path + "/pipe").c_str(), 0600), 0);
  sys::Content Bytes;
  sys::FileId Id;
  EXPECT_NE(sys::readFile(Path + "/pipe", Bytes, Id), 0);
  EXPECT_NE(sys::readFile(Path, Bytes, Id), 0);
}

TEST_F(Sys, RemoveTreeDoesNotFollowLinks) {
  sys::makeDirectories(Path + "/a/b/c", 0700);
  sys::writeNew(Path + "/kept", "x", 1);
  ASSERT_EQ(symlink((Path + "/kept").c_str(), (Path + "/a/link").c_str()), 0);
  sys::removeTree(Path + "/a");
  EXPECT_FALSE(sys::identify(Path + "/a"));
  EXPECT_TRUE(sys::identify(Path + "/kept"));
}

TEST_F(Sys, WritingToAClosedPipeRaisesNothing) {
  int Ends[2];
  ASSERT_EQ(pipe(Ends), 0);
  close(Ends[0]);
  ASSERT_EQ(signal(SIGPIPE, SIG_DFL), SIG_DFL);
  sys::writeQuietly(Ends[1], "x", 1); // would end this process
  sigset_t Pending;
  sigpending(&Pending);
  EXPECT_FALSE(sigismember(&Pending, SIGPIPE));
  close(Ends[1]);
}

TEST_F(Sys, SocketsInDeepDirectories) {
  std::string Deep = Path;
  while (Deep.size() < 300)
    Deep += "/a-directory-with-a-long-name";
  ASSERT_EQ(sys::makeDirectories(Deep, 0700), 0);
  sys::Listener L;
  ASSERT_EQ(L.open(Deep, "control"), 0);
  struct stat S;
  ASSERT_EQ(stat((Deep + "/control").c_str(), &S), 0);
  EXPECT_TRUE(S_ISSOCK(S.st_mode));
  EXPECT_EQ(S.st_mode & 0777, 0600u);
  L.close();
}

TEST_F(Sys, AListenerKnowsWhenItsDescriptorWasTaken) {
  sys::Listener L;
  ASSERT_EQ(L.open(Path, "control"), 0);
  EXPECT_TRUE(L.isIntact());
  int Number = L.descriptor();
  int Other = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(dup2(Other, Number), Number);
  EXPECT_FALSE(L.isIntact());
  sys::FileId Peer;
  EXPECT_EQ(L.accept(Peer), -1);
  L.close(); // must leave the program's descriptor alone
  EXPECT_EQ(close(Number), 0);
  close(Other);
}

TEST(Library, KnowsWhatIsLoaded) {
  static const int Here = 1;
  EXPECT_TRUE(sys::objectAt(&Here).holds(&Here));
  void *Pages = sys::allocatePages(4096);
  EXPECT_EQ(sys::objectAt(Pages), sys::ObjectRange());
  sys::releasePages(Pages, 4096);
  std::string Why;
  EXPECT_EQ(sys::openLibrary("/nonexistent.so", Why), nullptr);
  EXPECT_NE(Why.find("nonexistent"), std::string::npos);
}
