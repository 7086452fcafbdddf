// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// In each reloaded module: from which version it is.
#ifndef HCR_SOAK_VERSION_H
#define HCR_SOAK_VERSION_H

#include "paths.h"

namespace soak {

/// In the code, not in data, which would be shared or compared.
[[gnu::always_inline]] static inline uint64_t stamp() {
  uint64_t Stamp;
  // eight bytes, whatever the number is
  asm volatile("movabsq %1, %0" : "=r"(Stamp) : "i"(Unstamped));
  return Stamp;
}

} // namespace soak

#endif
