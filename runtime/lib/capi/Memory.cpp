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

/// In front of each piece of memory that the system gave; all of them are in
/// one list.
struct alignas(16) Region {
  size_t Size; // with this
  Region *Next, *Before;
};

hcr::sys::Mutex Lock;
Region *Regions;
Header *Free[Classes];
char *Chunk;
size_t ChunkLeft;

/// Lock is held.
void *mapRegion(size_t Size) {
  auto *R = static_cast<Region *>(hcr::sys::allocatePages(Size));
  if (!R)
    return nullptr;
  R->Size = Size;
  R->Next = Regions;
  if (Regions)
    Regions->Before = R;
  Regions = R;
  return R + 1;
}

void unmapRegion(void *Content) {
  Region *R = static_cast<Region *>(Content) - 1;
  (R->Before ? R->Before->Next : Regions) = R->Next;
  if (R->Next)
    R->Next->Before = R->Before;
  hcr::sys::releasePages(R, R->Size);
}

Header *allocateSmall(size_t Size) {
  int Class = std::countr_zero(Size / Smallest);
  if (Header *H = Free[Class]) {
    Free[Class] = H->Next;
    return H;
  }
  if (ChunkLeft < Size) {
    // What is left of the old chunk is less than a block of this size: lost.
    Chunk = static_cast<char *>(mapRegion(ChunkSize));
    ChunkLeft = Chunk ? ChunkSize - sizeof(Region) : 0;
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
  {
    hcr::sys::Guard G(Lock);
    if (Size > Largest) {
      Size = Wanted + sizeof(Header);
      H = static_cast<Header *>(mapRegion(Size + sizeof(Region)));
    } else {
      H = allocateSmall(Size);
    }
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
  hcr::sys::Guard G(Lock);
  if (H->Size > Largest) {
    unmapRegion(H);
    return;
  }
  int Class = std::countr_zero(H->Size / Smallest);
  H->Next = Free[Class];
  Free[Class] = H;
}

} // namespace

namespace hcr {
void lockMemory() { Lock.lock(); }
void unlockMemory() { Lock.unlock(); }
void renewMemoryLock() { Lock.renew(); }

bool hasOwnMemory() { return true; }

sys::ObjectRange ownMemory(const char *After) {
  sys::ObjectRange First;
  for (const Region *R = Regions; R; R = R->Next) {
    auto *Begin = reinterpret_cast<const char *>(R);
    if (Begin + R->Size > After && (!First.End || Begin < First.Begin))
      First = {Begin, Begin + R->Size};
  }
  return First;
}
} // namespace hcr

void *operator new(size_t Size) { return allocate(Size); }
void *operator new[](size_t Size) { return allocate(Size); }
void operator delete(void *Block) noexcept { release(Block); }
void operator delete[](void *Block) noexcept { release(Block); }
void operator delete(void *Block, size_t) noexcept { release(Block); }
void operator delete[](void *Block, size_t) noexcept { release(Block); }
