// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which functions of modules that have a newer image are on a stack.
#include "RuntimeTest.h"

#include <cstring>
#include <semaphore.h>
#include <thread>

using namespace hcr;

namespace {

class ActiveCode : public RuntimeTest {
protected:
  ActiveCode() {
    // Only stacks are looked at, so nothing has to be told apart.
    R->OwnMemory = [](const char *) { return sys::ObjectRange(); };
    TestImage I("a.c", true);
    addFunctions(I, 1);
    host(I);
    TestImage Other("b.c", true);
    Other.proc("leap", "int leap_actual(void (*F)(void *), void *C) { F(C); "
                       "return 1; }");
    host(Other);
  }

  static void addFunctions(TestImage &I, int Version) {
    std::string End = "return " + std::to_string(Version) + "; }";
    TestImage::Options O;
    O.Hash = static_cast<uint64_t>(Version);
    I.proc("step", "int step_actual(void (*F)(void *), void *C) { F(C); " + End,
           O);
    I.proc("rest", "int rest_actual(void) { " + End, O);
  }
  void build(int Version) {
    TestImage I("a.c");
    addFunctions(I, Version);
    RuntimeTest::build("a.c", I);
  }
  /// As the public function does it.
  [[gnu::noinline]] Activity ask() {
    return askActivity(*R, __builtin_frame_address(0));
  }
  using Callback = void (*)(void *);
  int callWith(const char *Module, const char *Function, Callback F,
               void *Context) {
    return call<int, Callback, void *>(Module, Function, F, Context);
  }
};

} // namespace

TEST_F(ActiveCode, NothingNewIsSafe) {
  EXPECT_EQ(ask().Answer, Activity::Safe);
}

#ifndef HCR_TEST_SANITIZED
TEST_F(ActiveCode, AFunctionOfAnotherThreadIsNamed) {
  sem_t Entered, Leave;
  sem_init(&Entered, 0, 0);
  sem_init(&Leave, 0, 0);
  struct Both {
    sem_t *Entered, *Leave;
    pid_t Thread;
  } Context = {&Entered, &Leave, 0};
  std::thread Worker([&] {
    callWith(
        "a.c", "step",
        [](void *C) {
          auto *B = static_cast<Both *>(C);
          B->Thread = gettid();
          sem_post(B->Entered);
          sem_wait(B->Leave);
        },
        &Context);
  });
  sem_wait(&Entered);
  build(2);
  Activity Out = ask();
  EXPECT_EQ(Out.Answer, Activity::Active);
  EXPECT_EQ(Out.Text,
            "a.c: step is active on thread " + std::to_string(Context.Thread));
  reloaded();
  EXPECT_EQ(ask().Answer, Activity::Safe) << "nothing waits";
  build(3);
  EXPECT_EQ(ask().Answer, Activity::Active) << "in the version of the program";
  sem_post(&Leave);
  Worker.join();
  EXPECT_EQ(ask().Answer, Activity::Safe);
}

TEST_F(ActiveCode, OnlyChangedModulesCount) {
  build(2);
  struct Context {
    ActiveCode *Test;
    Activity Out;
  } C = {this, {}};
  auto Ask = [](void *Data) {
    auto *C = static_cast<Context *>(Data);
    C->Out = askActivity(*C->Test->R, __builtin_frame_address(0));
  };
  callWith("b.c", "leap", Ask, &C);
  EXPECT_EQ(C.Out.Answer, Activity::Safe) << C.Out.Text;
  callWith("a.c", "step", Ask, &C);
  EXPECT_EQ(C.Out.Answer, Activity::Active);
  EXPECT_NE(C.Out.Text.find("a.c: step is active"), std::string::npos)
      << C.Out.Text;
}

#endif

TEST_F(ActiveCode, NobodyCanLookUnderASanitizer) {
  R->OwnMemory = nullptr;
  build(2);
  Activity Out = ask();
  EXPECT_EQ(Out.Answer, Activity::Unknown);
  EXPECT_NE(Out.Text.find("sanitizer"), std::string::npos) << Out.Text;
}
