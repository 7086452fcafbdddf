// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An image cut at any byte, or for another machine, is recognised by its bytes.
#include "core/ImageFile.h"

#include "TestImage.h"

#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

using namespace hcr;

namespace {
class ImageFile : public testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    char Name[] = "/tmp/hcr-image-XXXXXX";
    Directory = mkdtemp(Name);
    TestImage I("a.c");
    I.proc("step", "int step_actual(int X) { return X + 1; }");
    I.variable("count", "int", "= 5");
    I.flags(GetParam());
    I.write(Directory + "/a.so");
    std::ifstream File(Directory + "/a.so", std::ios::binary);
    std::ostringstream Text;
    Text << File.rdbuf();
    Bytes = Text.str();
  }
  void TearDown() override { std::filesystem::remove_all(Directory); }

  std::string check() {
    return checkImageFile(Bytes.data(), Bytes.size()).text();
  }
  template <class Change> std::string checkWith(Change C) {
    std::string Kept = Bytes;
    C(*reinterpret_cast<Elf64_Ehdr *>(Bytes.data()));
    std::string Said = check();
    Bytes = Kept;
    return Said;
  }
  std::string Directory, Bytes;
};
} // namespace

TEST_P(ImageFile, AWholeOneIsGood) { EXPECT_EQ(check(), ""); }

TEST_P(ImageFile, CutAtEveryByte) {
  ASSERT_GT(Bytes.size(), 1000u);
  for (size_t Size = 0; Size < Bytes.size(); ++Size) {
    // A copy of exactly this size, so that a sanitizer sees a step too far.
    std::vector<char> Cut(Bytes.begin(), Bytes.begin() + Size);
    ASSERT_TRUE(checkImageFile(Cut.data(), Cut.size())) << Size;
  }
}

TEST_P(ImageFile, AnotherMachine) {
  EXPECT_NE(checkWith([](Elf64_Ehdr &H) {
              H.e_machine = EM_AARCH64;
            }).find("another processor"),
            std::string::npos);
  EXPECT_NE(checkWith([](Elf64_Ehdr &H) {
              H.e_ident[EI_CLASS] = ELFCLASS32;
            }).find("another processor"),
            std::string::npos);
}

TEST_P(ImageFile, NotAnImage) {
  EXPECT_NE(checkWith([](Elf64_Ehdr &H) { H.e_ident[0] = 0; }).find("ELF"),
            std::string::npos);
  EXPECT_NE(checkWith([](Elf64_Ehdr &H) { H.e_type = ET_REL; }).find("-shared"),
            std::string::npos);
}

/// One byte wrong in any header may or may not be noticed, but never reads
/// outside the file.
TEST_P(ImageFile, DamagedHeadersAreReadSafely) {
  auto *Header = reinterpret_cast<Elf64_Ehdr *>(Bytes.data());
  size_t End = Header->e_phoff + Header->e_phnum * sizeof(Elf64_Phdr);
  for (size_t At = 0; At < End; ++At)
    for (int Value : {0x00, 0x7f, 0xff}) {
      std::vector<char> Damaged(Bytes.begin(), Bytes.end());
      Damaged[At] = static_cast<char>(Value);
      (void)checkImageFile(Damaged.data(), Damaged.size());
    }
}

INSTANTIATE_TEST_SUITE_P(Linkers, ImageFile,
                         testing::Values("", "-fuse-ld=lld",
                                         "-s -Wl,--hash-style=both"));
