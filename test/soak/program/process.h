// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the process holds, as the kernel tells it.
#ifndef HCR_SOAK_PROCESS_H
#define HCR_SOAK_PROCESS_H

#include <cstdint>

namespace soak {

/// Open file descriptors, without the one that looks.
unsigned openDescriptors();

/// Resident memory in bytes; one short file is read.
uint64_t residentBytes();

struct Memory {
  uint64_t Images = 0;         // mappings of versions
  uint64_t Mapped = 0;         // bytes of address space in them
  uint64_t ImagesResident = 0; // bytes of them in memory
  uint64_t RestResident = 0;   // bytes of everything else in memory
};
/// Reads all of /proc/self/smaps.
Memory memory();

/// How many mappings a process may have.
uint64_t mostMappings();

} // namespace soak

#endif
