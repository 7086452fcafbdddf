// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// In place of Memory.cpp in sanitizer builds: malloc looks after itself.
#include "Memory.h"

namespace hcr {
void lockMemory() {}
void unlockMemory() {}
void renewMemoryLock() {}
bool hasOwnMemory() { return false; }
sys::ObjectRange ownMemory(const char *) { return {}; }
bool reserveMemory(size_t) { return true; }
bool memoryIsShort() { return false; }
} // namespace hcr
