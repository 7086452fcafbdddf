// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Storage.h"

#include "../arch/Stubs.h"
#include "../sys/Library.h"

#include <cstdlib>
#include <cstring>

namespace hcr {

// From here on pages of the system: they are zero and are not there until
// somebody touches them.
static constexpr size_t Huge = 128 * 1024;

void *allocateStorage(size_t Size, size_t Align) {
  if (Align < sizeof(void *))
    Align = sizeof(void *);
  if (Size >= Huge && Align <= arch::PageSize)
    return sys::allocatePages(Size);
  // aligned_alloc wants a whole number of alignments; one byte at least, so
  // that two empty variables differ in address.
  size_t Whole = ((Size ? Size : 1) + Align - 1) / Align * Align;
  void *Storage = aligned_alloc(Align, Whole);
  if (Storage)
    memset(Storage, 0, Whole);
  return Storage;
}

void releaseStorage(void *Storage, size_t Size) {
  if (Size >= Huge &&
      reinterpret_cast<uintptr_t>(Storage) % arch::PageSize == 0)
    sys::releasePages(Storage, Size);
  else
    free(Storage);
}

} // namespace hcr
