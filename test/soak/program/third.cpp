// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "version.h"

namespace soak {

std::atomic<uint64_t> ThirdCalls;

// EDIT BEGIN
static constexpr uint32_t Edit = 0;
static uint32_t edited(uint32_t X) { return X * 2654435761u; }
// EDIT END

static Answer answer(uint32_t X) {
  static std::atomic<uint32_t> Everyone; // lives as long as the program
  if (++Everyone == 0)
    Everyone = 1;
  ++ThirdCalls;
  return {stamp(), Edit, edited(X) + Edit};
}

inline Answer fromHeader(uint32_t X) { return answer(X); }

Answer throughInline(uint32_t X) { return fromHeader(X); }

Answer (*inlineFunction())(uint32_t) { return fromHeader; }

void throwing(uint32_t X) { throw answer(X); }

Across across(uint32_t X) {
  Across Out;
  Out.Here = answer(X);
  Out.First = direct(X);
  countOwn(Out.Second, X);
  return Out;
}

} // namespace soak
