// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Addresses of code as people know them.
#ifndef HCR_CORE_SYMBOLIZE_H
#define HCR_CORE_SYMBOLIZE_H

#include "Runtime.h"

namespace hcr {

struct CrashStory;

/// "step(World&) (src/world.cpp, generation 3)", "memcpy (libc.so.6)", or the
/// address where nobody has a name for it. Reads the file of the image that the
/// address lies in. R.Lock is not held.
std::string symbolize(Runtime &R, uintptr_t Address);

/// "SIGSEGV (address 0x0) in step (src/step.c, generation 3)".
std::string describeCrash(Runtime &R, const CrashStory &Story);
/// A line for each frame, each with a newline in front.
std::string describeFrames(Runtime &R, const CrashStory &Story);

} // namespace hcr

#endif
