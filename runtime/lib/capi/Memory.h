// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_CAPI_MEMORY_H
#define HCR_CAPI_MEMORY_H

namespace hcr {

/// Around a fork: no other thread is in the middle of an allocation.
void lockMemory();
void unlockMemory();
void renewMemoryLock();

} // namespace hcr

#endif
