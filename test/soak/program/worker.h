// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A thread that calls into the reloaded modules in every way that there is, and
// judges each answer.
#ifndef HCR_SOAK_WORKER_H
#define HCR_SOAK_WORKER_H

#include "gaps.h"
#include "paths.h"

#include <string>

namespace soak {

enum ModuleIndex { First, Second, Third, ModuleCount };

/// What all threads share.
struct Run {
  /// Number of the reload that was begun, or finished, last, by module: a call
  /// must come into a version between what was finished before it and what was
  /// begun until its end.
  std::atomic<uint64_t> Begun[ModuleCount], Finished[ModuleCount];
  unsigned Edits = 1;
  std::atomic<bool> Stop = false;
  std::atomic<unsigned> Wrong = 0;
  /// Gaps count as those of quiet times or of reloading ones.
  std::atomic<unsigned> Phase = 0;

  void fail(const std::string &What);
};
constexpr unsigned Quiet = 0, Reloading = 1, Phases = 2;

class Worker {
public:
  Worker(Run &R, uint32_t Seed);
  /// One call of each kind.
  void round();
  /// Takes over what a thread that has ended counted.
  void add(const Worker &Other);

  uint64_t Calls[ModuleCount] = {};
  Gaps Seen[Phases];

private:
  enum Path : unsigned;
  void judge(ModuleIndex M, const Answer &A, uint32_t X, uint64_t Least,
             Path P);
  template <class Call> void one(ModuleIndex M, Path P, Call Function);
  void directly();
  void throughObjects();
  void threadLocal();
  void sorting();
  void signalled();
  void functions();
  void inlines();
  void exceptions();
  void acrossModules();
  void tick();
  uint32_t next() { return State = State * 1664525 + 1013904223; }

  Run &R;
  uint32_t State;
  uint64_t Own = 0; // what the thread-local counter must be
  uint64_t Newest[16] = {};
  uint64_t LastTime = 0;
  unsigned LastPhase = 0;
  // Made in the first version that the thread sees, and kept.
  Answer (*const Pointer)(uint32_t) = throughPointer;
  Answer (*const InlinePointer)(uint32_t) = inlineFunction();
  std::unique_ptr<Shape> Kept = makeShape();
  std::function<Answer(uint32_t)> Function = makeFunction(7);
};

} // namespace soak

#endif
