// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The order in which `hcr link`'s modules are loaded.
#include "core/Tree.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

using Names = std::vector<std::string>;

static Names order(const std::string &Text, std::string &Main) {
  char Path[] = "/tmp/hcr-tree-XXXXXX";
  std::string Directory = mkdtemp(Path);
  std::ofstream(Directory + "/imports") << Text;
  Names Out = hcr::readTree(Directory, Main);
  std::filesystem::remove_all(Directory);
  return Out;
}

TEST(Tree, UsedModulesComeFirst) {
  std::string Main;
  EXPECT_EQ(order("main.c: a.c b.c\na.c: c.c\nb.c: c.c a.c\nc.c:\n", Main),
            (Names{"c.c", "a.c", "b.c"}));
  EXPECT_EQ(Main, "main.c");
}

TEST(Tree, CyclesEndWhereTheyBegan) {
  std::string Main;
  EXPECT_EQ(order("m: a\na: b\nb: a m\n", Main), (Names{"b", "a"}));
}

TEST(Tree, ModulesThatNobodyImportsAreNotLoaded) {
  std::string Main;
  EXPECT_EQ(order("m: a\na:\nb: a\n", Main), (Names{"a"}));
}

TEST(Tree, LongChainsNeedNoStack) {
  std::string Text, Main;
  for (int I = 0; I < 50000; ++I)
    Text += std::to_string(I) + ": " + std::to_string(I + 1) + "\n";
  EXPECT_EQ(order(Text, Main).size(), 50000u);
}

TEST(Tree, NoFileNoTree) {
  std::string Main;
  EXPECT_TRUE(hcr::readTree("/nonexistent", Main).empty());
}
