// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_CORE_COLLECT_H
#define HCR_CORE_COLLECT_H

#include "Runtime.h"

namespace hcr {

struct Collected {
  unsigned Images = 0; // that were unmapped
  unsigned Kept = 0;   // retired ones that something may still refer to
  uint64_t Bytes = 0;  // of the files of those unmapped
  uint64_t Held = 0;   // nanoseconds for which the threads were held
  std::string Why;     // nobody could look; empty: somebody did
};

/// Unmaps the retired images that nothing refers to any more.
///
/// It holds all threads, reads their stacks, registers and all writable memory,
/// and takes each word that could be an address in a retired image for one. No
/// reload may be in progress on another thread (the caller has the turn), and
/// R.Lock is not held.
[[gnu::noinline]] Collected collect(Runtime &R);

} // namespace hcr

#endif
