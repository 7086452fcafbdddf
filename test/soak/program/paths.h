// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the reloaded modules (first.cpp, second.cpp, third.cpp) offer: one
// function for each way in which a call can come into new code. Each answers
// from which version it is, so that the caller can judge it.
#ifndef HCR_SOAK_PATHS_H
#define HCR_SOAK_PATHS_H

#include <atomic>
#include <csignal>
#include <cstdint>
#include <functional>
#include <memory>

namespace soak {

// A number that stands in the code of each image eight bytes long; before each
// reload the reloader writes the number of the reload there, so that no two
// images of a run are equal. The linked program keeps it: its number is 0.
inline constexpr uint64_t Unstamped = 0x5ca1ab1e0ddba11d;

/// An answer: which reload brought the code, which of the edits it is, and what
/// came out of it.
struct Answer {
  uint64_t Stamp;
  uint32_t Edit;
  uint32_t Value;
};

/// What a value must be, whatever the edit: known to the callers alone.
inline uint32_t expectedValue(uint32_t X, uint32_t Edit) {
  return X * 2654435761u + Edit;
}

/// Calls that came in, by module; they outlive all versions.
extern std::atomic<uint64_t> FirstCalls, SecondCalls, ThirdCalls;

struct Shape {
  virtual ~Shape() = default;
  virtual Answer area(uint32_t X) const = 0;
};

// first.cpp
Answer direct(uint32_t X);
Answer throughPointer(uint32_t X);
std::unique_ptr<Shape> makeShape();

struct Nested {
  Answer Outer, Inner;
};
/// A function that calls another one of its module.
Nested nested(uint32_t X);

// second.cpp
/// How often this thread called.
uint64_t countOwn(Answer &Out, uint32_t X);

struct SortNotes;
struct Item {
  uint32_t Key;
  SortNotes *By;
};
/// For qsort(); tells noteCompared() what it answers.
int compare(const void *A, const void *B);
/// worker.cpp: what modules that are not reloaded offer to those that are.
void noteCompared(const Item &Left, const Answer &A);
/// For sigaction(); the signal's value is a SignalNote.
struct SignalNote {
  uint32_t X;
  volatile uint32_t Came;
  volatile uint64_t Stamp;
  volatile uint32_t Edit, Value;
};
void onSignal(int, siginfo_t *Info, void *);
std::function<Answer(uint32_t)> makeFunction(uint32_t Bias);

// third.cpp
/// Calls an inline function.
Answer throughInline(uint32_t X);
Answer (*inlineFunction())(uint32_t);
/// Throws its answer.
[[noreturn]] void throwing(uint32_t X);
/// Calls into the other two modules.
struct Across {
  Answer Here, First, Second;
};
Across across(uint32_t X);

} // namespace soak

#endif
