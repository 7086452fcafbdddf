// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The runtime's own memory: pages of the system, not the program's malloc.
//
// The program may replace malloc by one that is not made for threads, count its
// blocks, or run under a leak checker that would report the runtime's blocks in
// every forked child. Variables of reloaded modules are another matter: they
// are the program's and lie in its malloc (core/Storage.cpp).
//
// Blocks of powers of two on free lists; large ones are mapped one by one. The
// version script keeps these operators to libhcr.so; the sanitizer builds leave
// them out, so that they see every block.
#include "Memory.h"
#include "../sys/Library.h"
#include "../sys/Process.h"

#include <bit>
#include <cstdint>
#include <new>

namespace {

/// In front of every block; keeps what follows aligned to 16.
struct alignas(16) Header {
  size_t Size; // of the whole block
  Header *Next;
};

constexpr size_t Smallest = 32, Largest = 64 * 1024, ChunkSize = 1 << 20;
constexpr int Classes = std::countr_zero(Largest / Smallest) + 1;

hcr::sys::Mutex Lock;
Header *Free[Classes];
char *Chunk;
size_t ChunkLeft;

Header *allocateSmall(size_t Size) {
  int Class = std::countr_zero(Size / Smallest);
  if (Header *H = Free[Class]) {
    Free[Class] = H->Next;
    return H;
  }
  if (ChunkLeft < Size) {
    // What is left of the old chunk is less than a block of this size: lost.
    Chunk = static_cast<char *>(hcr::sys::allocatePages(ChunkSize));
    ChunkLeft = Chunk ? ChunkSize : 0;
    if (!Chunk)
      return nullptr;
  }
  auto *H = reinterpret_cast<Header *>(Chunk);
  Chunk += Size;
  ChunkLeft -= Size;
  return H;
}

void *allocate(size_t Wanted) {
  size_t Size = std::bit_ceil(Wanted + sizeof(Header));
  Size = Size < Smallest ? Smallest : Size;
  Header *H;
  if (Size > Largest) {
    Size = Wanted + sizeof(Header);
    H = static_cast<Header *>(hcr::sys::allocatePages(Size));
  } else {
    hcr::sys::Guard G(Lock);
    H = allocateSmall(Size);
  }
  // The containers cannot go on without; a null block would be written to. The
  // system gives out address space until long after the program has failed.
  if (!H)
    return nullptr;
  H->Size = Size;
  return H + 1;
}

void release(void *Block) {
  if (!Block)
    return;
  Header *H = static_cast<Header *>(Block) - 1;
  if (H->Size > Largest) {
    hcr::sys::releasePages(H, H->Size);
    return;
  }
  hcr::sys::Guard G(Lock);
  int Class = std::countr_zero(H->Size / Smallest);
  H->Next = Free[Class];
  Free[Class] = H;
}

} // namespace

namespace hcr {
void lockMemory() { Lock.lock(); }
void unlockMemory() { Lock.unlock(); }
void renewMemoryLock() { Lock.renew(); }
} // namespace hcr

void *operator new(size_t Size) { return allocate(Size); }
void *operator new[](size_t Size) { return allocate(Size); }
void operator delete(void *Block) noexcept { release(Block); }
void operator delete[](void *Block) noexcept { release(Block); }
void operator delete(void *Block, size_t) noexcept { release(Block); }
void operator delete[](void *Block, size_t) noexcept { release(Block); }
