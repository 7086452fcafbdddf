// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How an object of one layout becomes one of another, without any image.
#include "core/CopyPlan.h"
#include "core/Modules.h"

#include <cstddef>
#include <cstring>
#include <gtest/gtest.h>

using namespace hcr;

namespace {

/// Types as the pass writes them: all parts in one block, found by distance.
class Types {
public:
  HcrType &scalar(const char *Name, uint64_t Size, uint32_t Encoding) {
    HcrType &T = make(Name, HCR_TYPE_SCALAR, Size);
    T.Encoding = Encoding;
    T.Layout = Size << 8 | Encoding;
    return T;
  }
  HcrType &record(const char *Name, uint64_t Size,
                  uint32_t Flags = HCR_RECORD_TRIVIAL) {
    HcrType &T = make(Name, HCR_TYPE_RECORD, Size);
    T.Encoding = Flags;
    return T;
  }
  HcrType &array(HcrType &Element, uint32_t Count) {
    HcrType &T = make("array", HCR_TYPE_ARRAY, Element.Size * Count);
    add(T, "", Element, 0, Element.Size * 8, 0, Count);
    return T;
  }
  /// The next member of the type that was made last; bits.
  void add(HcrType &To, const char *Name, HcrType &Type, uint64_t Offset,
           uint64_t Size = 0, uint32_t Flags = 0, uint32_t Count = 1) {
    if (!To.FieldCount)
      refer(To.Fields, &Fields[FieldsUsed]);
    HcrField &F = Fields[FieldsUsed++];
    F = {};
    if (*Name)
      refer(F.Name, text(Name));
    refer(F.Type, &Type);
    F.Offset = Offset;
    F.Size = Size ? Size : Type.Size * 8;
    F.Count = Count;
    F.Flags = Flags;
    ++To.FieldCount;
    To.Layout = To.Layout * 31 + Offset * 7 + Type.Layout + F.Size + Count;
  }

private:
  static void refer(HcrRel &Field, const void *Target) {
    Field = static_cast<HcrRel>(reinterpret_cast<intptr_t>(Target) -
                                reinterpret_cast<intptr_t>(&Field));
  }
  char *text(const char *Text) {
    char *Copy = Names + NamesUsed;
    strcpy(Copy, Text);
    NamesUsed += strlen(Text) + 1;
    return Copy;
  }
  HcrType &make(const char *Name, uint32_t Kind, uint64_t Size) {
    HcrType &T = All[Used++];
    T = {};
    refer(T.Name, text(Name));
    T.Kind = Kind;
    T.Size = Size;
    T.Layout = Size * 1000 + Kind;
    T.Align = 8;
    return T;
  }

  HcrType All[64];
  HcrField Fields[64];
  char Names[2048];
  size_t Used = 0, FieldsUsed = 0, NamesUsed = 0;
};

constexpr uint32_t Bool = 2, Float = 4, Signed = 5, Unsigned = 7;

class CopyPlanTest : public testing::Test {
protected:
  /// Plans; empty if it can be done.
  std::string plan(const HcrType &Before, const HcrType &After) {
    return Plan.make(Before, After, Functions).text();
  }
  template <class Old, class New> New copied(Old From, New To) {
    Plan.copy(&From, &To);
    return To;
  }
  /// What becomes of a number in another type; empty: what is expected.
  template <class Old, class New>
  std::string convert(uint32_t From, uint32_t To, Old Value, New Expected) {
    HcrType &Before = T.scalar("old", sizeof(Old), From),
            &After = T.scalar("new", sizeof(New), To);
    if (std::string Why = plan(Before, After); !Why.empty())
      return Why;
    New Result = copied(Value, New(1));
    return Result == Expected ? "" : "another value";
  }

  Types T;
  Migrators Functions;
  CopyPlan Plan;
};

} // namespace

TEST_F(CopyPlanTest, NumbersAreWidened) {
  EXPECT_EQ(convert(Signed, Signed, -5, -5L), "");
  EXPECT_EQ(convert(Unsigned, Signed, ~0u, 0xffffffffL), "");
  EXPECT_EQ(convert(Unsigned, Unsigned, 7u, 7ul), "");
  EXPECT_EQ(convert(Float, Float, 0.5f, 0.5), "");
  EXPECT_EQ(convert(Float, Float, 0.1, static_cast<long double>(0.1)), "");
  EXPECT_EQ(convert(Signed, Float, short(-12345), -12345.f), "");
  EXPECT_EQ(convert(Unsigned, Float, ~0u, 4294967295.), "");
  EXPECT_EQ(convert(Signed, Float, INT64_MIN, -9223372036854775808.L), "");
  EXPECT_EQ(convert(Bool, Signed, true, 1L), "");
}

TEST_F(CopyPlanTest, WhatLosesSomethingIsRefused) {
  EXPECT_EQ(convert(Signed, Signed, 1L, 1),
            "it of type old does not fit into new without loss");
  EXPECT_NE(convert(Signed, Unsigned, 1, 1u), "");
  EXPECT_NE(convert(Signed, Unsigned, 1, 1ul), "");
  EXPECT_NE(convert(Unsigned, Signed, 1u, 1), "");
  EXPECT_NE(convert(Float, Float, 1., 1.f), "");
  EXPECT_NE(convert(Signed, Float, 1, 1.f), "");
  EXPECT_NE(convert(Signed, Float, 1L, 1.), "");
  EXPECT_NE(convert(Float, Signed, 1.f, 1L), "");
  EXPECT_NE(convert(Signed, Bool, 1, true), "");
  EXPECT_NE(convert(Bool, Float, true, 1.), "");
  EXPECT_NE(convert(0, Signed, this, 0L), "");
}

TEST_F(CopyPlanTest, MembersAreFoundByName) {
  HcrType &Int = T.scalar("int", 4, Signed),
          &Long = T.scalar("long", 8, Signed);
  HcrType &Before = T.record("R", 12), &After = T.record("R", 24);
  T.add(Before, "A", Int, 0);
  T.add(Before, "Gone", Int, 32);
  T.add(Before, "B", Int, 64);
  T.add(After, "New", Long, 0);
  T.add(After, "B", Long, 64);
  T.add(After, "A", Int, 128);
  EXPECT_EQ(plan(Before, After), "");
  EXPECT_TRUE(Plan.hasNewParts());
  struct Old {
    int A, Gone, B;
  };
  struct New {
    long New, B;
    int A;
  } Out = copied(Old{1, 2, -3}, New{10, 11, 12});
  EXPECT_EQ(Out.New, 10);
  EXPECT_EQ(Out.B, -3);
  EXPECT_EQ(Out.A, 1);
}

TEST_F(CopyPlanTest, BitFieldsMoveAndGrow) {
  HcrType &Int = T.scalar("int", 4, Signed),
          &Word = T.scalar("unsigned", 4, Unsigned);
  HcrType &Before = T.record("R", 4), &After = T.record("R", 12);
  T.add(Before, "S", Int, 3, 5, HCR_FIELD_BIT_FIELD);
  T.add(Before, "U", Word, 8, 11, HCR_FIELD_BIT_FIELD);
  T.add(Before, "W", Int, 19, 7, HCR_FIELD_BIT_FIELD);
  T.add(After, "U", Word, 1, 13, HCR_FIELD_BIT_FIELD);
  T.add(After, "S", Int, 14, 9, HCR_FIELD_BIT_FIELD);
  T.add(After, "W", Int, 64);
  EXPECT_EQ(plan(Before, After), "");
  struct Old {
    unsigned : 3;
    int S : 5;
    unsigned U : 11;
    int W : 7;
  } From = {-9, 1234, -60};
  struct New {
    unsigned First : 1, U : 13;
    int S : 9;
    int Between, W;
  } Out = copied(From, New{1, 0, 0, 5, 0});
  EXPECT_EQ(Out.First, 1u) << "its neighbour";
  EXPECT_EQ(Out.U, 1234u);
  EXPECT_EQ(Out.S, -9);
  EXPECT_EQ(Out.Between, 5);
  EXPECT_EQ(Out.W, -60);
  HcrType &Narrow = T.record("R", 4);
  T.add(Narrow, "S", Int, 0, 4, HCR_FIELD_BIT_FIELD);
  EXPECT_EQ(plan(Before, Narrow),
            "'S' of type int : 5 does not fit into int : 4 without loss");
}

TEST_F(CopyPlanTest, ElementsMoveOneByOne) {
  HcrType &Int = T.scalar("int", 4, Signed), &Char = T.scalar("char", 1, 6);
  HcrType &Before = T.record("E", 8), &After = T.record("E", 12);
  T.add(Before, "A", Int, 0);
  T.add(Before, "C", Char, 32);
  T.add(After, "N", Int, 0);
  T.add(After, "A", Int, 32);
  T.add(After, "C", Char, 64);
  HcrType &Text = T.array(Char, 4), &Three = T.array(Before, 3),
          &Five = T.array(After, 5);
  HcrType &Old = T.record("R", 28), &New = T.record("R", 64);
  T.add(Old, "List", Three, 0);
  T.add(Old, "Text", Text, 192);
  T.add(New, "Text", Text, 0);
  T.add(New, "List", Five, 32);
  EXPECT_EQ(plan(Old, New), "");
  struct OldR {
    struct {
      int A;
      char C;
    } List[3];
    char Text[4];
  } From = {{{1, 'a'}, {2, 'b'}, {3, 'c'}}, "xyz"};
  struct NewR {
    char Text[4];
    struct {
      int N, A;
      char C;
    } List[5];
  };
  NewR Init = {};
  Init.List[1].N = Init.List[4].A = 9;
  NewR Out = copied(From, Init);
  EXPECT_STREQ(Out.Text, "xyz");
  for (int I = 0; I < 3; ++I) {
    EXPECT_EQ(Out.List[I].A, I + 1);
    EXPECT_EQ(Out.List[I].C, 'a' + I);
  }
  EXPECT_EQ(Out.List[1].N, 9);
  EXPECT_EQ(Out.List[4].A, 9);
  EXPECT_EQ(plan(T.array(Int, 4), T.array(Int, 3)),
            "it has 4 elements, of which only 3 would be left");
}

TEST_F(CopyPlanTest, AClassWithCodeOfItsOwnIsNotTakenApart) {
  HcrType &Int = T.scalar("int", 4, Signed);
  HcrType &Text = T.record("Text", 4, 0);
  T.add(Text, "Size", Int, 0);
  HcrType &Before = T.record("R", 4, 0), &After = T.record("R", 8, 0);
  T.add(Before, "Name", Text, 0);
  T.add(After, "N", Int, 0);
  T.add(After, "Name", Text, 32);
  EXPECT_EQ(plan(Before, After),
            "'Name' of type Text cannot be copied byte by byte");
}

TEST_F(CopyPlanTest, UnionsMayOnlyGrow) {
  HcrType &Int = T.scalar("int", 4, Signed),
          &Real = T.scalar("float", 4, Float),
          &Long = T.scalar("long", 8, Signed);
  auto Union = [&](HcrType &Second, HcrType *Third) -> HcrType & {
    HcrType &U = T.record("U", Third ? 8 : 4);
    U.Kind = HCR_TYPE_UNION;
    T.add(U, "I", Int, 0);
    T.add(U, "F", Second, 0);
    if (Third)
      T.add(U, "L", *Third, 0);
    return U;
  };
  HcrType &Before = Union(Real, nullptr);
  EXPECT_EQ(plan(Before, Union(Real, &Long)), "");
  EXPECT_EQ(copied(0x12345678, 0L), 0x12345678);
  EXPECT_EQ(plan(Before, Union(Int, &Long)),
            "it is a union, whose member 'F' changed");
}

TEST_F(CopyPlanTest, TheUsersFunctionComesFirst) {
  HcrType &Int = T.scalar("int", 4, Signed),
          &Real = T.scalar("double", 8, Float);
  HcrType &Before = T.record("a::In", 8, 0), &After = T.record("a::In", 4, 0);
  T.add(Before, "V", Real, 0);
  T.add(After, "V", Int, 0);
  HcrType &Old = T.array(Before, 2), &New = T.array(After, 2);
  EXPECT_NE(plan(Old, New), "");
  Functions.add("struct In", [](void *To, const void *From) {
    *static_cast<int *>(To) =
        static_cast<int>(*static_cast<const double *>(From));
  });
  EXPECT_EQ(plan(Old, New), "");
  EXPECT_TRUE(Plan.hasCalls());
  double From[2] = {1.5, -2.5};
  int To[2] = {7, 8};
  Plan.copy(From, To);
  EXPECT_EQ(To[0], 7) << "only call() calls";
  EXPECT_TRUE(Plan.call(From, To));
  EXPECT_EQ(To[0], 1);
  EXPECT_EQ(To[1], -2);
}
