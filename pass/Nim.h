// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// C that the Nim compiler generated: what belongs to one version of a module,
// and which of its start-up code a reload runs (decision 0008).
#ifndef HCR_PASS_NIM_H
#define HCR_PASS_NIM_H

#include "llvm/IR/Module.h"

namespace hcr {

/// Whether \p M is what Nim made of a module.
bool isNimModule(const llvm::Module &M);

/// Literals, tables, caches and marker functions that Nim counts through or
/// names after a type: each version of a module has its own, and what was
/// handed out stays as it is.
bool belongsToVersion(const llvm::GlobalValue &G);

/// The function of the module's top-level statements, null if there are none.
llvm::Function *startUpCode(llvm::Module &M);

/// That function, or the one that fills type information: nothing waits for
/// variables there.
bool isStartUpCode(const llvm::Function &F);

/// Makes \p Init, which each load of an image runs, fill type information:
///
///     call @NAME_DatInit000()
///
/// That is plain stores of the same values into variables that live, and what
/// new ones need before any code uses them.
void fillTypeInfos(llvm::Module &M, llvm::Function &Init);

} // namespace hcr

#endif
