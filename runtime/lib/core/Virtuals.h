// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_CORE_VIRTUALS_H
#define HCR_CORE_VIRTUALS_H

#include <hcr-abi/Tables.h>

#include <cstdint>
#include <vector>

namespace hcr {

struct GlobalSymbol;

/// What the entries of a vtable in use stand for, also of functions that the
/// newest version of the class does not have any more.
struct VirtualShape {
  std::vector<uint32_t> Entries; // as in HcrVirtuals
  uint32_t Room = 0;             // entries that could follow
};

/// A newer copy of a vtable whose entries the one in use will get.
struct VtableUpdate {
  GlobalSymbol *S;
  void **Copy;
  const HcrVirtuals *Now;
};

} // namespace hcr

#endif
