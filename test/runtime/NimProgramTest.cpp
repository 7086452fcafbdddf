// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// libnimhcr.so's names and registrations, one symbol at a time. Whole programs
// are in test/nim.
#include "nim/Exports.h"
#include "nim/Program.h"

#include <gtest/gtest.h>

using namespace hcr::nim;

static Name parsed(std::string_view Raw) {
  Name N;
  parse(Raw, N);
  return N;
}

TEST(NimNames, CountersAndConflictNumbersAreNoPartOfTheKey) {
  Name N = parsed("tick__b_31___DGDdD0YBbCZ8n2UOAIZ0Gg");
  EXPECT_EQ(N.Key, "tick__b___DGDdD0YBbCZ8n2UOAIZ0Gg");
  EXPECT_EQ(N.Counter, 31u);
  EXPECT_EQ(parsed("tick__b_7___DGDdD0YBbCZ8n2UOAIZ0Gg_2").Key, N.Key);
  EXPECT_EQ(parsed("tick__b_u15___DGDdD0YBbCZ8n2UOAIZ0Gg").Key, N.Key);
  EXPECT_EQ(parsed("tick__b_u15___DGDdD0YBbCZ8n2UOAIZ0Gg").Counter, 15u);
}

TEST(NimNames, TheModuleThatHasACopyIsPartOfTheKey) {
  Name A = parsed("incRef__system_5208___AT1eRuflKWyTTBdLjEDZbg_2system");
  EXPECT_EQ(A.Key, "incRef__system___AT1eRuflKWyTTBdLjEDZbgsystem");
  EXPECT_EQ(parsed("incRef__system_9___AT1eRuflKWyTTBdLjEDZbgsystem").Key,
            A.Key);
}

TEST(NimNames, OtherNamesStayAsTheyAre) {
  for (const char *Raw :
       {"raiseOverflow", "asgnRef", "NTInode__h37Bt5th0kXm0xPIOoNdTg_",
        "TM__Nfnt4OUffwVQvUGZ4VnCDA_0_6", "module_initialized_", "___", "_1___",
        "1___x", "", "a__b___hash"}) {
    EXPECT_EQ(parsed(Raw).Key, Raw);
    EXPECT_EQ(parsed(Raw).Counter, 0u) << Raw;
  }
}

TEST(NimNames, LambdasHaveThreeUnderscoresOfTheirOwn) {
  Name N = parsed("colonanonymous___b_30___dsE16FgMrKNNV5AEzc71WA");
  EXPECT_EQ(N.Key, "colonanonymous___b___dsE16FgMrKNNV5AEzc71WA");
  EXPECT_EQ(N.Counter, 30u);
}

TEST(NimNames, OfTypes) {
  EXPECT_EQ(typeName("NTInode58objecttype__h37Bt5th0kXm0xPIOoNdTg_"), "node");
  EXPECT_EQ(typeName("NTIint__rR5Bzr1D5krxoo1NcNyeMA_"), "int");
  EXPECT_EQ(typeName("tick__b_31___DGDdD0YBbCZ8n2UOAIZ0Gg"), "");
}

TEST(NimNames, ForPeople) {
  EXPECT_EQ(sourceName("tick__b___DGDdD0YBbCZ8n2UOAIZ0Gg"), "b.tick");
  EXPECT_EQ(sourceName("raiseOverflow"), "raiseOverflow");
  EXPECT_EQ(moduleName("/x/cache/lib@mb.nim.c.so"), "b");
  EXPECT_EQ(moduleName("/x/lib@mgame@splayer.nim.c.so"), "game/player");
}

namespace {
class NimProgram : public testing::Test {
protected:
  NimProgram() : P(settings()) { useProgram(&P); }
  ~NimProgram() override { useProgram(nullptr); }

  static hcr::Config settings() {
    hcr::Config C;
    C.Directory = testing::TempDir() + "hcr-nim-program";
    return C;
  }
  /// A reload in which one new version takes the place of one that goes, as
  /// far as procs are concerned. Registers names, gives what they returned.
  std::vector<void *> exchange(Version &Old, Version &New,
                               const std::vector<std::string> &Names,
                               void *Body) {
    std::vector<void *> Entries;
    Rehearsal Known(P);
    P.Running = &New;
    P.Check = &Known;
    P.Now = Phase::Rehearsing;
    for (const std::string &N : Names)
      hcrRegisterProc("m", N.c_str(), Body);
    stageDrops({&Old});
    assignNames(P, Known.Names);
    P.Now = Phase::Binding;
    for (const std::string &N : Names)
      Entries.push_back(hcrRegisterProc("m", N.c_str(), Body));
    commitProcs(P, {&New}, {&Old});
    P.Now = Phase::Running;
    return Entries;
  }
  Version &begin() {
    Version &V = P.Versions.emplace_back();
    P.Running = &V;
    return V;
  }

  Program P;
};
} // namespace

static int one() { return 1; }
static int two() { return 2; }
static void *const One = reinterpret_cast<void *>(one);
static void *const Two = reinterpret_cast<void *>(two);
static int callIt(void *Entry) { return reinterpret_cast<int (*)()>(Entry)(); }

TEST_F(NimProgram, RegistersAtOnce) {
  void *Entry = hcrRegisterProc("m", "f", One);
  EXPECT_EQ(callIt(Entry), 1);
  EXPECT_EQ(hcrRegisterProc("m", "f", Two), Entry);
  EXPECT_EQ(callIt(Entry), 2);
  EXPECT_EQ(hcrGetProc("m", "f"), Entry);
  EXPECT_NE(hcrGetProc("other", "f"), Entry);
}

TEST_F(NimProgram, LookedUpBeforeItIsRegistered) {
  void *Entry = hcrGetProc("m", "late__m_5___Hash");
  EXPECT_EQ(callIt(Entry), 0);
  EXPECT_EQ(hcrRegisterProc("m", "late__m_5___Hash", One), Entry);
  EXPECT_EQ(callIt(Entry), 1);
  std::vector<std::string> Calls = takeMissingCalls(P);
  ASSERT_EQ(Calls.size(), 1u);
}

TEST_F(NimProgram, AShiftedNameIsTheSameProc) {
  Version &Old = begin();
  void *Entry = hcrRegisterProc("m", "f__m_31___Hash", One);
  Version &New = P.Versions.emplace_back();
  EXPECT_EQ(exchange(Old, New, {"f__m_40___Hash"}, Two),
            std::vector<void *>{Entry});
  EXPECT_EQ(callIt(Entry), 2);
}

TEST_F(NimProgram, EqualKeysAreToldApartByOrder) {
  Version &Old = begin();
  void *First = hcrRegisterProc("m", "f__m_30___Hash", One);
  void *Second = hcrRegisterProc("m", "f__m_40___Hash", One);
  EXPECT_NE(First, Second);
  Version &New = P.Versions.emplace_back();
  // The new first has the name of the old second, and is registered last.
  std::vector<void *> Entries =
      exchange(Old, New, {"f__m_50___Hash", "f__m_40___Hash"}, Two);
  EXPECT_EQ(Entries, (std::vector<void *>{Second, First}));
}

TEST_F(NimProgram, ARemovedProcRunsItsLastVersionAndIsReported) {
  Version &Old = begin();
  void *Entry = hcrRegisterProc("m", "f__m_3___Hash", Two);
  Version &New = P.Versions.emplace_back();
  exchange(Old, New, {}, One);
  EXPECT_EQ(callIt(Entry), 2);
  EXPECT_EQ(callIt(Entry), 2);
  EXPECT_EQ(takeMissingCalls(P),
            std::vector<std::string>{
                "the removed proc m.f was called; its last version ran"});
  // It comes back.
  Version &Third = P.Versions.emplace_back();
  EXPECT_EQ(exchange(New, Third, {"f__m_9___Hash"}, One),
            std::vector<void *>{Entry});
  EXPECT_EQ(callIt(Entry), 1);
}

TEST_F(NimProgram, AnInlineProcStaysWhileAnyModuleHasACopy) {
  Version &A = begin();
  void *Entry = hcrRegisterProc("m", "f__m_3___Hash", One);
  begin();
  EXPECT_EQ(hcrRegisterProc("m", "f__m_3___Hash_2", Two), Entry);
  Version &New = P.Versions.emplace_back();
  exchange(A, New, {}, One);
  EXPECT_EQ(callIt(Entry), 2);
  EXPECT_TRUE(takeMissingCalls(P).empty());
}

TEST_F(NimProgram, GlobalsAreNewOnce) {
  void *First = nullptr, *Again = nullptr;
  EXPECT_TRUE(hcrRegisterGlobal("m", "g", 64, nullptr, &First));
  for (int I = 0; I < 64; ++I)
    EXPECT_EQ(static_cast<char *>(First)[I], 0);
  EXPECT_FALSE(hcrRegisterGlobal("m", "g", 64, nullptr, &Again));
  EXPECT_EQ(First, Again);
  EXPECT_EQ(hcrGetGlobal("m", "g"), First);
}

TEST_F(NimProgram, TheCommandLineIsTheProgramsWhoeverAsks) {
  void *Main = nullptr, *Os = nullptr;
  EXPECT_TRUE(hcrRegisterGlobal("system", "cmdCount", 8, nullptr, &Main));
  EXPECT_FALSE(hcrRegisterGlobal("os", "cmdCount", 4, nullptr, &Os));
  EXPECT_EQ(Main, Os);
}

TEST_F(NimProgram, AGrownGlobalBeginsAnewAndTheOldOneStays) {
  void *Small = nullptr, *Large = nullptr;
  hcrRegisterGlobal("m", "g__m_1___Hash", 8, nullptr, &Small);
  *static_cast<long *>(Small) = 5;
  EXPECT_TRUE(hcrRegisterGlobal("m", "g__m_1___Hash", 4096, nullptr, &Large));
  EXPECT_NE(Small, Large);
  EXPECT_EQ(*static_cast<long *>(Small), 5);
  ASSERT_EQ(P.Notes.size(), 1u);
}

TEST_F(NimProgram, GlobalsOfModulesThatImportEachOther) {
  void *Early = hcrGetGlobal("m", "g__m_4___Hash"), *Out = nullptr;
  EXPECT_TRUE(hcrRegisterGlobal("m", "g__m_4___Hash", 16, nullptr, &Out));
  EXPECT_EQ(Out, Early);
}

static int Marked;
TEST_F(NimProgram, MarkersAreCalled) {
  void *Out;
  Marked = 0;
  hcrRegisterGlobal("m", "a", 8, [] { Marked += 1; }, &Out);
  hcrRegisterGlobal("m", "b", 8, [] { Marked += 10; }, &Out);
  hcrMarkGlobals();
  EXPECT_EQ(Marked, 11);
}

TEST_F(NimProgram, TheHashOfAModuleIsANimString) {
  struct {
    NimString S;
    char Rest[8];
  } Hash = {{2, 2, {'h'}}, {}};
  EXPECT_FALSE(hcrHasModuleChanged(&Hash.S));
  EXPECT_FALSE(hcrHasModuleChanged(nullptr));
  EXPECT_FALSE(hcrReloadNeeded());
  hcrPerformCodeReload();
  EXPECT_EQ(hcrGeneration(), 0);
}
