// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_PASS_STABLEENTRY_H
#define HCR_PASS_STABLEENTRY_H

#include "llvm/IR/Function.h"

namespace hcr {

/// Whether stable entries can be made for the module's target.
bool targetHasStableEntries(const llvm::Module &M);

/// Makes \p Entry, which has no blocks yet, the stable entry of the function
/// whose code is \p Body and whose slot is \p Slot:
///
///     define void @F() naked { call void asm "jmpq *F.slot(%rip)"; unreachable
///     }
///
/// A jump and not a call: arguments stay where they are, whatever they are.
/// Not IR `musttail` either, which is wrong for by-value structures and for
/// variadic functions on some targets. \p HasNameOfBody: the symbol of \p Entry
/// is what the source calls \p Body; debuggers have to know.
void makeStableEntry(llvm::Function &Entry, llvm::Function &Body,
                     llvm::Constant &Slot, bool HasNameOfBody = false);

} // namespace hcr

#endif
