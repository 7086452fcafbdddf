// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The version script keeps these to libhcr.so.
#include "Memory.h"

#include <new>

using namespace hcr;

void *operator new(size_t Size) { return allocate(Size); }
void *operator new[](size_t Size) { return allocate(Size); }
void operator delete(void *Block) noexcept { release(Block); }
void operator delete[](void *Block) noexcept { release(Block); }
void operator delete(void *Block, size_t) noexcept { release(Block); }
void operator delete[](void *Block, size_t) noexcept { release(Block); }
