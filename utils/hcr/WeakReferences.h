// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Makes references of an object weak, in a copy of it.
#ifndef HCR_UTILS_WEAKREFERENCES_H
#define HCR_UTILS_WEAKREFERENCES_H

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"

namespace hcr {

// Writes Copy if Object refers strongly to one of Names, and says if it did.
llvm::Expected<bool> weakenReferences(const std::string &Object,
                                      const std::string &Copy,
                                      const llvm::StringSet<> &Names);

} // namespace hcr
#endif
