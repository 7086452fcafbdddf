// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "worker.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

namespace soak {

enum Worker::Path : unsigned {
  Direct,
  Pointer_,
  OldObject,
  NewObject,
  Nested_,
  Local,
  Sorted,
  Signal,
  OldFunction,
  NewFunction,
  Inline,
  InlinePointer_,
  Thrown,
  Across_,
  PathCount
};

static const char *const PathNames[] = {
    "a direct call",          "a function pointer",
    "a virtual call",         "a virtual call of a new object",
    "a call within a module", "a thread-local's function",
    "a callback of qsort",    "a signal handler",
    "a kept std::function",   "a new std::function",
    "an inline function",     "an inline function's pointer",
    "a thrown answer",        "a call between modules"};

void Run::fail(const std::string &What) {
  // The first ones tell enough.
  if (Wrong++ < 20)
    fprintf(stderr, "soak: wrong: %s\n", What.c_str());
}

Worker::Worker(Run &R, uint32_t Seed) : R(R), State(Seed) {
  static_assert(PathCount <= sizeof Newest / sizeof *Newest);
}

static uint64_t numberOf(uint64_t Stamp) {
  return Stamp == Unstamped ? 0 : Stamp;
}

void Worker::judge(ModuleIndex M, const Answer &A, uint32_t X, uint64_t Least,
                   Path P) {
  uint64_t Most = R.Begun[M].load(std::memory_order_acquire);
  uint64_t Number = numberOf(A.Stamp);
  auto Fail = [&](const char *Why) {
    R.fail(std::string(PathNames[P]) + " " + Why + ": version " +
           std::to_string(Number) + ", edit " + std::to_string(A.Edit) +
           ", value " + std::to_string(A.Value) + "; allowed were " +
           std::to_string(Least) + " to " + std::to_string(Most));
  };
  if (Number < Least || Number > Most)
    Fail("came into a version that it cannot be");
  if (Number < Newest[P])
    Fail("went back");
  Newest[P] = Number;
  if (A.Edit != Number % R.Edits)
    Fail("mixed two versions");
  if (A.Value != expectedValue(X, A.Edit))
    Fail("gave a wrong value");
}

void Worker::tick() {
  unsigned Phase = R.Phase.load(std::memory_order_relaxed);
  uint64_t Time = now();
  if (LastTime && Phase == LastPhase)
    Seen[Phase].add(Time - LastTime);
  LastTime = Time;
  LastPhase = Phase;
}

template <class Call> void Worker::one(ModuleIndex M, Path P, Call Function) {
  uint32_t X = next();
  uint64_t Least = R.Finished[M].load(std::memory_order_acquire);
  Answer A = Function(X);
  ++Calls[M];
  judge(M, A, X, Least, P);
  tick();
}

void Worker::directly() {
  one(First, Direct, [](uint32_t X) { return direct(X); });
  one(First, Pointer_, [this](uint32_t X) { return Pointer(X); });
  uint32_t X = next();
  uint64_t Least = R.Finished[First].load(std::memory_order_acquire);
  Nested N = nested(X);
  ++Calls[First];
  judge(First, N.Outer, X, Least, Nested_);
  judge(First, N.Inner, X, Least, Nested_);
  if (numberOf(N.Inner.Stamp) < numberOf(N.Outer.Stamp))
    R.fail("new code called old code");
  tick();
}

void Worker::throughObjects() {
  one(First, OldObject, [this](uint32_t X) { return Kept->area(X); });
  auto New = makeShape();
  one(First, NewObject, [&](uint32_t X) { return New->area(X); });
}

void Worker::threadLocal() {
  uint64_t Count = 0;
  one(Second, Local, [&](uint32_t X) {
    Answer A;
    Count = countOwn(A, X);
    return A;
  });
  if (Count != ++Own)
    R.fail("a thread-local counter is " + std::to_string(Count) + ", not " +
           std::to_string(Own));
}

/// The versions that sorted, from the oldest to the newest.
struct SortNotes {
  uint64_t Oldest = UINT64_MAX, Newest = 0, Calls = 0;
  bool AllRight = true;
};

void noteCompared(const Item &Left, const Answer &A) {
  SortNotes &Seen = *Left.By;
  uint64_t Number = numberOf(A.Stamp);
  Seen.Oldest = std::min(Seen.Oldest, Number);
  Seen.Newest = std::max(Seen.Newest, Number);
  ++Seen.Calls;
  Seen.AllRight &= A.Value == expectedValue(Left.Key, A.Edit);
}

void Worker::sorting() {
  constexpr unsigned Size = 12;
  SortNotes Seen;
  Item Items[Size];
  for (Item &I : Items)
    I = {next(), &Seen};
  uint64_t Least = R.Finished[Second].load(std::memory_order_acquire);
  qsort(Items, Size, sizeof *Items, compare);
  uint64_t Most = R.Begun[Second].load(std::memory_order_acquire);
  Calls[Second] += Seen.Calls;
  for (unsigned I = 1; I < Size; ++I)
    if (Items[I - 1].Key > Items[I].Key)
      R.fail("qsort did not sort");
  if (!Seen.AllRight)
    R.fail("a callback of qsort gave a wrong value");
  if (Seen.Oldest < Least || Seen.Newest > Most || Seen.Newest < Newest[Sorted])
    R.fail("a callback of qsort came into versions " +
           std::to_string(Seen.Oldest) + " to " + std::to_string(Seen.Newest) +
           "; allowed were " + std::to_string(Least) + " to " +
           std::to_string(Most));
  Newest[Sorted] = Seen.Newest;
  tick();
}

void Worker::signalled() {
  one(Second, Signal, [&](uint32_t X) {
    SignalNote Note = {X, 0, 0, 0, 0};
    sigval Value;
    Value.sival_ptr = &Note;
    while (pthread_sigqueue(pthread_self(), SIGUSR1, Value))
      sched_yield();
    // A sanitizer delivers it when it next sees the thread block.
    while (!Note.Came)
      usleep(1);
    if (Note.Came != 1)
      R.fail("a signal came twice");
    return Answer{Note.Stamp, Note.Edit, Note.Value};
  });
}

void Worker::functions() {
  // The bias of those that were made here is 7, of new ones what we give.
  one(Second, OldFunction, [this](uint32_t X) { return Function(X - 7); });
  uint32_t Bias = next();
  auto New = makeFunction(Bias);
  one(Second, NewFunction, [&](uint32_t X) { return New(X - Bias); });
}

void Worker::inlines() {
  one(Third, Inline, [](uint32_t X) { return throughInline(X); });
  one(Third, InlinePointer_, [this](uint32_t X) { return InlinePointer(X); });
}

void Worker::exceptions() {
  one(Third, Thrown, [](uint32_t X) {
    try {
      throwing(X);
    } catch (const Answer &A) {
      return A;
    }
  });
}

void Worker::acrossModules() {
  uint32_t X = next();
  uint64_t Least[ModuleCount];
  for (unsigned M = 0; M < ModuleCount; ++M)
    Least[M] = R.Finished[M].load(std::memory_order_acquire);
  Across A = across(X);
  ++Own;
  uint64_t Before = Newest[Across_];
  // Each module has versions of its own.
  for (auto [M, Part] : {std::pair(Third, &A.Here), std::pair(First, &A.First),
                         std::pair(Second, &A.Second)}) {
    ++Calls[M];
    Newest[Across_] = M == Third ? Before : 0;
    judge(M, *Part, X, Least[M], Across_);
  }
  Newest[Across_] = numberOf(A.Here.Stamp);
  tick();
}

void Worker::round() {
  directly();
  throughObjects();
  threadLocal();
  sorting();
  signalled();
  functions();
  inlines();
  exceptions();
  acrossModules();
}

void Worker::add(const Worker &Other) {
  for (unsigned M = 0; M < ModuleCount; ++M)
    Calls[M] += Other.Calls[M];
  for (unsigned P = 0; P < Phases; ++P)
    Seen[P].add(Other.Seen[P]);
}

} // namespace soak
