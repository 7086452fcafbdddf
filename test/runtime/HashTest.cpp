// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The hashes are those that other programs compute.
#include "core/Hash.h"

#include <gtest/gtest.h>
#include <string>
#include <string_view>

using namespace hcr;

static uint64_t hashText(std::string_view Text) {
  return hashBytes(Text.data(), Text.size());
}

TEST(Hash, Xxh64OfKnownInputs) {
  EXPECT_EQ(hashText(""), 0xef46db3751d8e999u);
  EXPECT_EQ(hashText("a"), 0xd24ec4f1a98c6e5bu);
  EXPECT_EQ(hashText("abc"), 0x44bc2cf5ad770999u);
  EXPECT_EQ(hashText("Nobody inspects the spammish repetition"),
            0xfbcea83c8a378bf1u);
}

TEST(Hash, EveryByteCounts) {
  std::string Text(100, 'x');
  uint64_t Before = hashText(Text);
  for (char &C : Text) {
    C = 'y';
    EXPECT_NE(hashText(Text), Before);
    C = 'x';
  }
}

TEST(Hash, ProgramIdIsFnvOfSizeAndTime) {
  // FNV-1a-64 of sixteen zero bytes.
  uint64_t Expected = 0xcbf29ce484222325u;
  for (int I = 0; I < 16; ++I)
    Expected *= 0x100000001b3u;
  EXPECT_EQ(programId(0, 0), Expected);
  EXPECT_NE(programId(1, 0), programId(0, 1));
}
