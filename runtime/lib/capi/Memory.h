// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_CAPI_MEMORY_H
#define HCR_CAPI_MEMORY_H

#include "../sys/Library.h"

namespace hcr {

/// Around a fork: no other thread is in the middle of an allocation.
void lockMemory();
void unlockMemory();
void renewMemoryLock();

/// Whether the runtime's memory is apart from the program's.
bool hasOwnMemory();
/// The first range of it that ends behind an address; an empty range if there
/// is none. Takes no lock: only while no other thread runs.
sys::ObjectRange ownMemory(const char *After);

/// The runtime is built without exceptions, its containers cannot be told that
/// there is no memory. So whoever is about to allocate takes what he needs at
/// most before: from then on, when the system gives nothing more, blocks come
/// out of that reserve, and memoryIsShort() says so. False: it cannot be had.
bool reserveMemory(size_t Size);
bool memoryIsShort();

/// Behind operator new and delete (Operators.cpp).
void *allocate(size_t Size);
void *allocateFromReserve(size_t Size);
void release(void *Block);

} // namespace hcr

#endif
