// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "version.h"

namespace soak {

std::atomic<uint64_t> FirstCalls;

// What stands between these lines is edited.
// EDIT BEGIN
static constexpr uint32_t Edit = 0;
static uint32_t edited(uint32_t X) { return X * 2654435761u; }
// EDIT END

static Answer answer(uint32_t X) {
  ++FirstCalls;
  return {stamp(), Edit, edited(X) + Edit};
}

Answer direct(uint32_t X) { return answer(X); }

Answer throughPointer(uint32_t X) { return answer(X); }

namespace {
struct Circle : Shape {
  Answer area(uint32_t X) const override { return answer(X); }
};
} // namespace

std::unique_ptr<Shape> makeShape() { return std::make_unique<Circle>(); }

[[gnu::noinline]] static Answer inner(uint32_t X) { return answer(X); }

Nested nested(uint32_t X) {
  Nested Out;
  Out.Outer = {stamp(), Edit, edited(X) + Edit};
  Out.Inner = inner(X);
  return Out;
}

} // namespace soak
