// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The two hashes of docs/Abi.md.
#ifndef HCR_CORE_HASH_H
#define HCR_CORE_HASH_H

#include <cstddef>
#include <cstdint>

namespace hcr {

/// XXH64: identifies the content of an image in the journal, and spreads names
/// over hash tables.
uint64_t hashBytes(const void *Data, size_t Size, uint64_t Seed = 0);

/// FNV-1a-64 of size and modification time, each as 8 little-endian bytes: the
/// id of an executable.
uint64_t programId(uint64_t Size, int64_t Time);

} // namespace hcr

#endif
