// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Is this file a whole shared object for this machine?
//
// The dynamic loader maps a file and trusts it: one that ends too early kills
// the process by SIGBUS, in the loader or much later. So everything the loader
// will touch is proved to lie inside the file, before it sees it. The section
// header table counts too: linkers put it last, so a file cut anywhere fails.
#ifndef HCR_CORE_IMAGEFILE_H
#define HCR_CORE_IMAGEFILE_H

#include "Error.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hcr {

/// Says what is wrong, as the end of a sentence that names the file: "is not
/// whole (…)", "is for another processor (…)".
Error checkImageFile(const void *Data, size_t Size);

/// A part of an image, by its distance from where the image is loaded.
struct Content {
  uint64_t Address, Size;
};

/// The parts that code can have addresses in: code, constants, variables. Not
/// what only the loader and the unwinder use. Data has passed checkImageFile().
/// Without section headers it is the whole image.
std::vector<Content> contentOf(const void *Data, size_t Size);

/// Its entry point, as such a distance; 0 if it has none.
uint64_t entryPointOf(const void *Data);

/// A function as the symbol table of an executable or image has it.
struct FunctionSymbol {
  uint64_t Address, Size;
  std::string_view Name; // in Data
};

/// All functions, in the order of addresses; those that are exported if the
/// file was stripped. Nothing is taken for granted: a damaged file gives fewer.
std::vector<FunctionSymbol> functionsOf(const void *Data, size_t Size);

/// Whether the addresses are what they are in memory (no PIE).
bool isAtFixedAddress(const void *Data, size_t Size);

} // namespace hcr

#endif
