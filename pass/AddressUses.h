// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The uses of a symbol's address: finding them, rewriting those in functions.
#ifndef HCR_PASS_ADDRESSUSES_H
#define HCR_PASS_ADDRESSUSES_H

#include "Classify.h"
#include "llvm/IR/IRBuilder.h"

namespace hcr {

/// Whether the operand \p U must be a symbol itself: of inline assembly, of
/// landing pads, of some intrinsics.
bool needsConstantOperand(const llvm::Use &U);

/// Turns constant expressions over \p Symbols that instructions use into
/// instructions, so that every use of a symbol in code is an operand.
void expandConstantUses(llvm::ArrayRef<llvm::GlobalValue *> Symbols);

/// Replaces \p Symbol, where an instruction uses its address, by what \p Make
/// builds in front of that instruction. Calls of the symbol, block addresses,
/// operands that must be constants and untouched functions stay.
void replaceAddressInCode(
    llvm::GlobalValue &Symbol, const Plan &P,
    llvm::function_ref<llvm::Value *(llvm::IRBuilderBase &)> Make);

/// A variable whose initial value says how far away a function is (vtables of
/// -fexperimental-relative-c++-abi-vtables, tables of other languages). No
/// function is near enough to every version of the table.
const llvm::GlobalVariable *findRelativeAddress(const llvm::Module &M);

/// A load of a slot: atomic, so that ThreadSanitizer knows that commits may
/// happen meanwhile; the same code as a plain load.
llvm::LoadInst *loadSlot(llvm::IRBuilderBase &B, llvm::GlobalVariable &Slot);

/// A load of a pointer that never changes once code runs.
llvm::LoadInst *loadPointer(llvm::IRBuilderBase &B,
                            llvm::GlobalVariable &Pointer, bool IsInvariant);

/// Keeps sanitizers from instrumenting a variable of HCR's: what surrounds it
/// and what it holds is the runtime's business.
void hideFromSanitizers(llvm::GlobalVariable &G);

/// A new pointer variable of HCR's: neither folded to its initial value nor
/// looked at by sanitizers.
llvm::GlobalVariable *
makePointerVariable(llvm::Module &M, const llvm::Twine &Name,
                    llvm::GlobalValue::LinkageTypes Linkage,
                    llvm::Constant *Initial);

/// Puts \p G into a comdat of its own name, so that one copy is kept.
void makeComdat(llvm::GlobalObject &G);

} // namespace hcr

#endif
