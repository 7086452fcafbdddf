// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Functions that run when the program starts and ends.
#ifndef HCR_PASS_CONSTRUCTORS_H
#define HCR_PASS_CONSTRUCTORS_H

#include "llvm/ADT/SmallVector.h"
#include <cstdint>

namespace llvm {
class Function;
class GlobalVariable;
class Module;
} // namespace llvm

namespace hcr {

struct Constructor {
  uint32_t Priority;
  llvm::Function *F;
  /// The inline variable or static member that F initialises, else null.
  llvm::GlobalVariable *Key;
};

/// The rows of llvm.global_ctors, then the functions whose addresses variables
/// in `.init_array` and the like hold (`section(".init_array")`).
llvm::SmallVector<Constructor, 4> constructorsIn(llvm::Module &M);
/// The same of llvm.global_dtors and `.fini_array`.
llvm::SmallVector<Constructor, 4> destructorsIn(llvm::Module &M);

/// Takes both lists away from the linker: the variables that were rows of
/// them become ordinary ones.
void eraseLists(llvm::Module &M);

} // namespace hcr

#endif
