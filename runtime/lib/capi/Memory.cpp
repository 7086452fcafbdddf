// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The runtime's own memory: pages of the system, not the program's malloc.
//
// The program may replace malloc by one that is not made for threads, count its
// blocks, or run under a leak checker that would report the runtime's blocks in
// every forked child. Variables of reloaded modules are another matter: they
// are the program's and lie in its malloc (core/Storage.cpp).
//
// Blocks of powers of two on free lists; large ones are mapped one by one. When
// the system gives nothing more there is a reserve, which a reload has filled
// before it began. Until it is touched it is address space only. The sanitizer
// builds leave all of this out, so that they see every block.
#include "Memory.h"
#include "../sys/Library.h"
#include "../sys/Process.h"

#include <bit>
#include <cstdint>

namespace {

/// In front of every block; keeps what follows aligned to 16.
struct alignas(16) Header {
  size_t Size;  // of the whole block
  Header *Next; // in a free list; FromReserve in a large block of the reserve
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
char *Reserve;
size_t ReserveLeft;
bool ReserveWasUsed;
Header *const FromReserve = reinterpret_cast<Header *>(1);

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

void giveBack(Header *H, int Class) {
  H->Next = Free[Class];
  Free[Class] = H;
}

/// What is left of a reserve becomes ordinary blocks.
void cutUp(char *Begin, size_t Size) {
  for (; Size >= Largest; Begin += Largest, Size -= Largest) {
    auto *H = reinterpret_cast<Header *>(Begin);
    H->Size = Largest;
    giveBack(H, Classes - 1);
  }
}

size_t sizeOfBlock(size_t Wanted) {
  size_t Size = std::bit_ceil(Wanted + sizeof(Header));
  return Size < Smallest ? Smallest : Size;
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

/// Lock is held.
void *takeReserve(size_t Wanted) {
  ReserveWasUsed = true;
  size_t Size = sizeOfBlock(Wanted);
  if (Size > Largest) // whole pieces, see release()
    Size = (Wanted + sizeof(Header) + Largest - 1) / Largest * Largest;
  if (Size > ReserveLeft)
    return nullptr;
  auto *H = reinterpret_cast<Header *>(Reserve);
  Reserve += Size;
  ReserveLeft -= Size;
  H->Size = Size;
  H->Next = FromReserve;
  return H + 1;
}

} // namespace

namespace hcr {

void *allocate(size_t Wanted) {
  size_t Size = sizeOfBlock(Wanted);
  sys::Guard G(Lock);
  Header *H;
  if (Size > Largest) {
    Size = Wanted + sizeof(Header);
    H = static_cast<Header *>(mapRegion(Size + sizeof(Region)));
  } else {
    H = allocateSmall(Size);
  }
  if (!H)
    return takeReserve(Wanted);
  H->Size = Size;
  H->Next = nullptr;
  return H + 1;
}

void *allocateFromReserve(size_t Wanted) {
  sys::Guard G(Lock);
  return takeReserve(Wanted);
}

void release(void *Block) {
  if (!Block)
    return;
  Header *H = static_cast<Header *>(Block) - 1;
  sys::Guard G(Lock);
  if (H->Size <= Largest)
    giveBack(H, std::countr_zero(H->Size / Smallest));
  else if (H->Next == FromReserve)
    cutUp(reinterpret_cast<char *>(H), H->Size);
  else
    unmapRegion(H);
}

bool reserveMemory(size_t Size) {
  sys::Guard G(Lock);
  ReserveWasUsed = false;
  if (ReserveLeft >= Size)
    return true;
  Size = (Size + Largest - 1) / Largest * Largest;
  auto *More = static_cast<char *>(mapRegion(Size + sizeof(Region)));
  if (!More)
    return false;
  cutUp(Reserve, ReserveLeft);
  Reserve = More;
  ReserveLeft = Size;
  return true;
}

bool memoryIsShort() {
  sys::Guard G(Lock);
  return ReserveWasUsed;
}

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
