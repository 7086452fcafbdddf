// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every system call and every allocation of a reload fails in turn. Each time
// the old generation runs on with one message, nothing is left behind, and the
// next reload succeeds.
#include "Faults.h"
#include "RuntimeTest.h"

#include "capi/Memory.h"
#include "core/Control.h"

#include <fcntl.h>

using namespace hcr;
namespace fs = std::filesystem;

namespace {
/// What must be as it was before a reload that was refused.
struct Traces {
  int Descriptors = 0;
  size_t Mapped = 0; // of copies of images
  std::vector<std::string> Copies, Files;
  bool operator==(const Traces &) const = default;
};

class FaultsTest : public RuntimeTest {
protected:
  FaultsTest() {
    R->ReserveMemory = reserveMemory;
    R->MemoryIsShort = memoryIsShort;
    TestImage A("a.c", true), B("b.c", true);
    A.proc("step", "int step_actual(void) { return 1; }");
    A.proc("going", "int going_actual(void) { return 1; }");
    A.variable("count", "int", "= 7");
    B.proc("leap", "int leap_actual(void) { return CALL(step, int, void)(); }");
    B.importProc("step");
    host(A);
    host(B);
    // Two versions in turn, so that each reload has something to do.
    for (int Value : {2, 3}) {
      version(Value).write(images() + "/a" + std::to_string(Value));
      other(Value).write(images() + "/b" + std::to_string(Value));
    }
    // Somebody holds its address.
    Going = reinterpret_cast<int (*)()>(hcrGetProc("a.c", "going"));
  }
  /// Changed, new and removed functions and variables, addresses in data,
  /// handlers, and code that runs at the load.
  static TestImage version(int Value) {
    TestImage I("a.c");
    std::string N = std::to_string(Value);
    auto Hash = static_cast<uint64_t>(Value);
    I.proc("step",
           "int step_actual(void) { return " + N +
               " + 0 * VARIABLE(count, int); }",
           {.Hash = Hash});
    I.variable("count", "int", "= 7");
    I.proc("fresh" + N, "int fresh" + N + "_actual(void) { return 5; }",
           {.Hash = Hash});
    I.variable("added" + N, "long", "= 100");
    I.code("void *Table[1] KEEP = {0};");
    I.fixup("Table", HCR_FIXUP_PROC, 1);
    I.handler("after", false, "");
    return I;
  }
  static TestImage other(int Value) {
    TestImage I("b.c");
    I.proc("leap",
           "int leap_actual(void) { return CALL(step, int, void)() + 10; }",
           {.Hash = static_cast<uint64_t>(Value)});
    I.importProc("step");
    return I;
  }
  void put(int Value) {
    for (std::string Module : {"a", "b"}) {
      fs::copy_file(images() + "/" + Module + std::to_string(Value),
                    Directory.Path + "/new.so",
                    fs::copy_options::overwrite_existing);
      fs::rename(Directory.Path + "/new.so", pathOf(Module + ".c"));
      announce(Module + ".c");
    }
  }
  Traces traces() {
    Traces T;
    for (int I = 0; I < 512; ++I)
      T.Descriptors += fcntl(I, F_GETFD) >= 0;
    std::istringstream Maps(readAll("/proc/self/maps"));
    for (std::string Line; std::getline(Maps, Line);)
      T.Mapped += Line.find("/live/") != std::string::npos;
    std::string Live = images() + "/live/" + std::to_string(getpid());
    T.Copies = sys::listDirectory(Live);
    T.Files = sys::listDirectory(images());
    std::erase_if(T.Files, [](const std::string &Name) {
      return Name == "status" || Name == "live";
    });
    std::sort(T.Copies.begin(), T.Copies.end());
    std::sort(T.Files.begin(), T.Files.end());
    return T;
  }
  int step() { return call("a.c", "step"); }

  /// One reload with the fault, and what must hold after it. False when there
  /// is no N-th operation of that kind.
  bool reloadWithFault(faults::Kind Kind, int N, bool AndAllAfter = false) {
    int Before = Now, Next = Now == 2 ? 3 : 2;
    put(Next);
    Traces Old = traces();
    intptr_t Generation = R->Generation;
    faults::arm(Kind, N, AndAllAfter);
    Report Out = reload();
    std::string Failed = faults::disarm();
    if (Failed.empty()) {
      EXPECT_EQ(Out.Result, Outcome::Reloaded) << Out.Message;
      Now = Next;
      return false;
    }
    SCOPED_TRACE("operation " + std::to_string(N) + ", " + Failed + ": " +
                 Out.Message);
    if (Out.Result != Outcome::Reloaded) {
      ++Refused;
      EXPECT_EQ(Out.Result, Outcome::Refused);
      EXPECT_GT(Out.Message.size(), 20u);
      EXPECT_EQ(Out.Message.find('\n'), std::string::npos);
      EXPECT_EQ(R->Generation, Generation);
      EXPECT_EQ(step(), Before);
      // A copy that cannot be removed stays until the process ends.
      if (Failed != "unlink")
        EXPECT_EQ(traces(), Old);
      Report Again = reload();
      EXPECT_EQ(Again.Result, Outcome::Reloaded) << Again.Message;
    }
    EXPECT_EQ(R->Generation, Generation + 1);
    EXPECT_EQ(step(), Next);
    EXPECT_EQ(call("b.c", "leap"), Next + 10);
    EXPECT_EQ(Going(), 1);
    Now = Next;
    return !HasFailure();
  }
  int Now = 1, Refused = 0;
  int (*Going)();
};
} // namespace

TEST_F(FaultsTest, EachSystemCall) {
  int N = 1;
  // The first of them makes the directory of copies.
  while (reloadWithFault(faults::Calls, N))
    ++N;
  EXPECT_GT(N, 30);
  EXPECT_GT(Refused, 20);
}

TEST_F(FaultsTest, EachSystemCallOfAFirstReload) {
  for (int N = 1;; ++N) {
    begin({});
    R->ReserveMemory = reserveMemory;
    R->MemoryIsShort = memoryIsShort;
    fs::remove(images() + "/journal");
    Now = 1;
    put(2);
    faults::arm(faults::Calls, N);
    Report Out = reload();
    std::string Failed = faults::disarm();
    SCOPED_TRACE(std::to_string(N) + ", " + Failed + ": " + Out.Message);
    if (Out.Result != Outcome::Reloaded) {
      ASSERT_EQ(Out.Result, Outcome::Refused);
      Out = reload();
    }
    ASSERT_EQ(Out.Result, Outcome::Reloaded) << Out.Message;
    if (Failed.empty())
      break;
  }
}

#ifndef HCR_TEST_SANITIZED
TEST_F(FaultsTest, EachAllocation) {
  int N = 1;
  while (reloadWithFault(faults::Allocations, N))
    ++N;
  EXPECT_GT(N, 100);
  EXPECT_GT(Refused, 50);
}

/// Out of memory for good, from each moment on: the reserve is enough.
TEST_F(FaultsTest, EveryAllocationFromOneOn) {
  for (int N = 1; reloadWithFault(faults::Allocations, N, true); N += 7)
    ;
  EXPECT_GT(Refused, 8);
}

TEST(Memory, ComesBack) {
  faults::arm(faults::Calls, 1, true); // the system gives nothing at all
  bool Had = reserveMemory(size_t(1) << 40);
  faults::disarm();
  EXPECT_FALSE(Had);
  EXPECT_TRUE(reserveMemory(1 << 20));
  EXPECT_FALSE(memoryIsShort());
  // Blocks of the reserve are used again.
  for (int I = 0; I < 100; ++I) {
    void *Large = allocateFromReserve(900'000);
    if (!Large)
      Large = allocate(900'000);
    ASSERT_NE(Large, nullptr) << I;
    memset(Large, 1, 900'000);
    release(Large);
    EXPECT_TRUE(reserveMemory(1 << 20));
  }
}
#endif

TEST_F(FaultsTest, EachSystemCallOfTheStartOfTheSocket) {
  for (int N = 1;; ++N) {
    Traces Old = traces();
    faults::arm(faults::Calls, N);
    Error E = Control::start(*R);
    std::string Failed = faults::disarm();
    SCOPED_TRACE(std::to_string(N) + ", " + Failed + ": " + E.text());
    if (E)
      ASSERT_FALSE(Control::start(*R));
    Control::stop(*R);
    if (Failed.empty())
      break;
    if (Failed != "unlink" && Failed != "rmdir")
      EXPECT_EQ(traces().Descriptors, Old.Descriptors);
  }
}
