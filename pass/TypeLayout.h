// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_PASS_TYPELAYOUT_H
#define HCR_PASS_TYPELAYOUT_H

#include "llvm/IR/GlobalVariable.h"
#include <cstdint>
#include <string>

namespace hcr {

/// What debug information says about the type of a variable.
struct TypeLayout {
  uint64_t Hash = 0; ///< Of names, offsets and kinds of all parts; 0: unknown.
  std::string Name;  ///< As in the source; empty: unknown.
};

/// The layout of \p G's type. Unknown without -g, and where a part is only
/// declared in this unit's debug information (Clang describes a class where
/// its constructor is): two unknown layouts are never called different.
TypeLayout layoutOf(const llvm::GlobalVariable &G);

} // namespace hcr

#endif
