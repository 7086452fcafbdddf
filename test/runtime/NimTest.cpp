// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// nimhcr's calls, one symbol at a time.
#include "RuntimeTest.h"

using namespace hcr;
using Nim = RuntimeTest;

static int one() { return 1; }
static int two() { return 2; }
static int callIt(void *Entry) { return reinterpret_cast<int (*)()>(Entry)(); }

TEST_F(Nim, RegisterProcGivesAStableEntry) {
  void *Entry = hcrRegisterProc("m", "f", reinterpret_cast<void *>(one));
  EXPECT_EQ(callIt(Entry), 1);
  EXPECT_EQ(hcrRegisterProc("m", "f", reinterpret_cast<void *>(two)), Entry);
  EXPECT_EQ(callIt(Entry), 2);
  EXPECT_EQ(hcrGetProc("m", "f"), Entry);
}

TEST_F(Nim, GetProcBeforeRegisterProc) {
  void *Entry = hcrGetProc("m", "later");
  EXPECT_EQ(callIt(Entry), 0) << "a bad call is reported, not fatal";
  EXPECT_EQ(hcrRegisterProc("m", "later", reinterpret_cast<void *>(one)),
            Entry);
  EXPECT_EQ(callIt(Entry), 1);
}

TEST_F(Nim, ModulesDoNotShareNames) {
  void *A = hcrRegisterProc("a", "f", reinterpret_cast<void *>(one));
  void *B = hcrRegisterProc("b", "f", reinterpret_cast<void *>(two));
  EXPECT_NE(A, B);
  EXPECT_EQ(callIt(A), 1);
}

TEST_F(Nim, RegisterGlobalIsNewOnce) {
  void *First = nullptr, *Again = nullptr;
  EXPECT_TRUE(hcrRegisterGlobal("m", "g", 64, nullptr, &First));
  for (int I = 0; I < 64; ++I)
    EXPECT_EQ(static_cast<char *>(First)[I], 0);
  EXPECT_FALSE(hcrRegisterGlobal("m", "g", 64, nullptr, &Again));
  EXPECT_EQ(First, Again);
  EXPECT_EQ(hcrGetGlobal("m", "g"), First);
  EXPECT_EQ(hcrGetGlobal("m", "unknown"), nullptr);
}

TEST_F(Nim, BindProcKeepsTheSlotCurrent) {
  void *Slot = nullptr;
  hcrRegisterProc("m", "f", reinterpret_cast<void *>(one));
  void *Entry = hcrBindProc("m", "f", 0, &Slot, nullptr);
  EXPECT_EQ(Slot, reinterpret_cast<void *>(one));
  hcrRegisterProc("m", "f", reinterpret_cast<void *>(two));
  EXPECT_EQ(Slot, reinterpret_cast<void *>(two)) << "a body, no chain";
  EXPECT_EQ(callIt(Entry), 2);
}

TEST_F(Nim, UnknownNamesHaveTheFallback) {
  void *Slot = nullptr, *Pointer = nullptr;
  int Variable;
  EXPECT_EQ(hcrBindProc("m", "puts", 0, &Slot, reinterpret_cast<void *>(one)),
            reinterpret_cast<void *>(one));
  EXPECT_EQ(Slot, reinterpret_cast<void *>(one));
  EXPECT_EQ(hcrBindGlobal("m", "v", &Pointer, &Variable), &Variable);
  EXPECT_EQ(Pointer, &Variable);
}

static int Marked;
TEST_F(Nim, MarkGlobalsCallsEachMarker) {
  void *Out;
  Marked = 0;
  hcrRegisterGlobal("m", "a", 8, [] { Marked += 1; }, &Out);
  hcrRegisterGlobal("m", "b", 8, [] { Marked += 10; }, &Out);
  hcrMarkGlobals();
  EXPECT_EQ(Marked, 11);
}

namespace {
/// An image of nimhcr's shape: entry points and calls, no tables.
void writeBare(const std::string &Path, int Value) {
  std::ofstream(Path + ".c") << R"(
    typedef void *(*GetProcFn)(void *, const char *);
    static void *(*RegisterProc)(const char *, const char *, void *);
    static _Bool (*RegisterGlobal)(const char *, const char *, long, void *,
                                   void **);
    static long *Counter;
    static int get(void) { return )"
                             << Value << R"( + ++*Counter; }
    void HcrInit000(void *Handle, GetProcFn Get) {
      RegisterProc = Get(Handle, "hcrRegisterProc");
      RegisterGlobal = Get(Handle, "hcrRegisterGlobal");
    }
    static _Bool Fresh;
    void DatInit000(void) {
      RegisterProc("nim", "get", get);
      Fresh = RegisterGlobal("nim", "counter", 8, 0, (void **)&Counter);
    }
    void Init000(void) { if (Fresh) *Counter = 100; }
    static char *Imports[] = {""};
    char **HcrGetImportedModules(void) { return Imports; }
  )";
  std::string Command = std::string(HCR_TEST_CC) + " -w -shared -fPIC -o " +
                        Path + " " + Path + ".c";
  ASSERT_EQ(system(Command.c_str()), 0);
}
} // namespace

TEST_F(Nim, ImagesWithoutTablesReload) {
  writeBare(pathOf("nim"), 1000);
  char Name[] = "nim", End[] = "";
  void *Modules[] = {Name, End};
  hcrInit(Modules, "main", "system", nullptr, nullptr, nullptr);
  auto *Get = reinterpret_cast<int (*)()>(hcrGetProc("nim", "get"));
  EXPECT_EQ(Get(), 1101);
  writeBare(pathOf("nim"), 2000);
  announce("nim");
  hcrPerformCodeReload();
  EXPECT_EQ(Get(), 2102);
}
