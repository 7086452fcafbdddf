// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Identity of a symbol: owner, name, signature.
#include "core/Symbols.h"

#include <gtest/gtest.h>
#include <set>
#include <string>

using namespace hcr;

TEST(Symbols, SameNameOfDifferentOwnersDiffers) {
  SymbolTable<ProcSymbol> Table;
  int ModuleA, ModuleB;
  ProcSymbol *A = Table.findOrMake(&ModuleA, "f", 0);
  ProcSymbol *B = Table.findOrMake(&ModuleB, "f", 0);
  ProcSymbol *P = Table.findOrMake(nullptr, "f", 0);
  EXPECT_EQ(std::set({A, B, P}).size(), 3u);
  EXPECT_EQ(Table.find(&ModuleA, "f"), A);
  EXPECT_EQ(Table.find(nullptr, "g"), nullptr);
}

TEST(Symbols, SignatureZeroMatchesAny) {
  SymbolTable<ProcSymbol> Table;
  ProcSymbol *One = Table.findOrMake(nullptr, "f", 1);
  EXPECT_EQ(Table.find(nullptr, "f", 0), One);
  EXPECT_EQ(Table.findOrMake(nullptr, "f", 0), One);
  EXPECT_EQ(Table.find(nullptr, "f", 2), nullptr);
  ProcSymbol *Two = Table.findOrMake(nullptr, "f", 2);
  EXPECT_NE(Two, One);
  EXPECT_EQ(Table.find(nullptr, "f", 1), One);
  EXPECT_EQ(Table.find(nullptr, "f", 2), Two);
}

TEST(Symbols, AnUnknownSignatureIsLearnt) {
  SymbolTable<ProcSymbol> Table;
  ProcSymbol *F = Table.findOrMake(nullptr, "f", 0);
  EXPECT_EQ(Table.findOrMake(nullptr, "f", 7), F);
  EXPECT_EQ(F->Signature, 7u);
}

TEST(Symbols, NamesOutliveWhoToldThem) {
  SymbolTable<GlobalSymbol> Table;
  std::string Name = "variable";
  GlobalSymbol *S = Table.findOrMake(nullptr, Name, 0);
  Name.assign("overwritten");
  EXPECT_EQ(S->Name, "variable");
}

TEST(Symbols, TableGrows) {
  SymbolTable<GlobalSymbol> Table;
  for (int I = 0; I < 20000; ++I)
    Table.findOrMake(nullptr, "name" + std::to_string(I), 0)->Size = I;
  for (int I = 0; I < 20000; ++I)
    ASSERT_EQ(Table.find(nullptr, "name" + std::to_string(I))->Size,
              static_cast<uint64_t>(I));
  EXPECT_EQ(Table.size(), 20000u);
}

TEST(Cells, RemoveKeepsTheOthers) {
  Cells C;
  void *Slots[4];
  for (void *&S : Slots)
    C.add(&S);
  C.addOnce(&Slots[2]);
  EXPECT_EQ(C.size(), 4u);
  C.remove(&Slots[0]);
  C.remove(&Slots[2]);
  EXPECT_EQ(C.size(), 2u);
  EXPECT_TRUE(C.contains(&Slots[1]));
  EXPECT_TRUE(C.contains(&Slots[3]));
}
