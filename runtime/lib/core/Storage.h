// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory of persistent variables.
#ifndef HCR_CORE_STORAGE_H
#define HCR_CORE_STORAGE_H

#include <cstddef>

namespace hcr {

/// Zeroed memory for a variable; it lives as long as the process.
void *allocateStorage(size_t Size, size_t Align);
void releaseStorage(void *Storage, size_t Size);

} // namespace hcr

#endif
