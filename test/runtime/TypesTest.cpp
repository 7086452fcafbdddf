// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Types that no compiler makes: an image that is damaged or crafted must not
// lead whoever walks through its types to the end of the stack, or for ever.
#include "core/Types.h"
#include "core/CopyPlan.h"
#include "core/Modules.h"
#include "core/Snapshot.h"
#include "core/Symbols.h"

#include <cstring>
#include <gtest/gtest.h>

using namespace hcr;

namespace {

/// Records that have one or more members of the next one, and in the end a
/// number or the first record again.
class Chain {
public:
  Chain(size_t Depth, unsigned Width, uint64_t Layout, bool IsCircle = false)
      : Block((Depth + 1) * sizeof(HcrType) + Depth * Width * sizeof(HcrField) +
              sizeof("a\0b")) {
    auto *Types = reinterpret_cast<HcrType *>(Block.data());
    auto *Fields = reinterpret_cast<HcrField *>(Types + Depth + 1);
    char *Letters = reinterpret_cast<char *>(Fields + Depth * Width);
    memcpy(Letters, "a\0b", sizeof("a\0b"));
    for (size_t I = 0; I < Depth; ++I) {
      HcrType &T = Types[I];
      T.Kind = HCR_TYPE_RECORD;
      T.Encoding = HCR_RECORD_TRIVIAL;
      T.Size = 4;
      T.Layout = Layout + I;
      T.FieldCount = Width;
      refer(T.Fields, &Fields[I * Width]);
      for (unsigned J = 0; J < Width; ++J) {
        HcrField &F = Fields[I * Width + J];
        refer(F.Name, &Letters[2 * J]);
        F.Size = 32;
        F.Count = 1;
        bool IsLast = IsCircle && I + 1 == Depth;
        refer(F.Type, IsLast ? &Types[0] : &Types[I + 1]);
      }
    }
    Types[Depth].Size = 4;
    Types[Depth].Encoding = 5; // DW_ATE_signed
    Types[Depth].Layout = Layout + Depth;
  }
  const HcrType &type() const {
    return *reinterpret_cast<const HcrType *>(Block.data());
  }

private:
  static void refer(HcrRel &Field, const void *Target) {
    Field = static_cast<HcrRel>(reinterpret_cast<intptr_t>(Target) -
                                reinterpret_cast<intptr_t>(&Field));
  }
  std::vector<char> Block; // one, for all is found by distance
};

constexpr size_t Deep = 200'000;

/// From what an image told to a plan; null: there is one.
std::string refusal(const Chain &Before, const Chain &After) {
  KnownTypes Known;
  Known.add(Before.type());
  describeChange(*Known.find(Before.type()), After.type());
  Migrators None;
  Error E = CopyPlan().make(*Known.find(Before.type()), After.type(), None);
  return E ? E.text() : "";
}

bool isPlainVariable(const Chain &Of) {
  static char Storage[4];
  GlobalSymbol S;
  S.Count = 1;
  S.Storage = Storage;
  S.Size = 4;
  S.Type = &Of.type();
  return isPlain(S);
}

} // namespace

TEST(Types, AsDeepAsAnImageIsLong) {
  Chain Before(Deep, 1, 1), After(Deep, 1, 1'000'000);
  EXPECT_NE(refusal(Before, After).find("too many parts"), std::string::npos);
  EXPECT_FALSE(isPlainVariable(Before));
}

TEST(Types, ThatContainThemselves) {
  Chain Before(3, 2, 1, true), After(3, 2, 1'000'000, true);
  EXPECT_NE(refusal(Before, After).find("too many parts"), std::string::npos);
  EXPECT_FALSE(isPlainVariable(Before));
}

/// 2^60 parts.
TEST(Types, AsWideAsTheyAreDeep) {
  Chain Before(60, 2, 1), After(60, 2, 1'000'000);
  EXPECT_NE(refusal(Before, After).find("too many parts"), std::string::npos);
  EXPECT_FALSE(isPlainVariable(Before));
}

TEST(Types, OfATupleOfHundredElements) {
  Chain Before(101, 1, 1), After(101, 1, 1'000'000);
  EXPECT_EQ(refusal(Before, After), "");
  EXPECT_TRUE(isPlainVariable(Before));
}
