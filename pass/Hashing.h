// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Identities that must be equal in two compilations of the same source: of a
// function's type, of its code, of an initial value. Debug information, value
// names and the numbers of private strings do not take part; what a private
// string says does.
#ifndef HCR_PASS_HASHING_H
#define HCR_PASS_HASHING_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Attributes.h"
#include <cstdint>

namespace llvm {
class BasicBlock;
class Constant;
class Function;
class FunctionType;
class GlobalValue;
class GlobalVariable;
class Module;
} // namespace llvm

namespace hcr {

/// Hash of what caller and callee must agree on: IR type, by-value and
/// structure-return types, `noreturn`. Never 0, which means "any".
uint64_t hashSignature(const llvm::FunctionType *Type,
                       llvm::AttributeList Attributes);

/// The signature as a declaration tells it: 0 for C's `int f();`.
uint64_t hashSignature(const llvm::Function &F);

/// Hash of the code that initialises a variable, from \p Begin on, without
/// \p Except (null: nothing) and what follows it. The same at every level of
/// optimisation and with any debug information.
uint64_t hashInitializer(const llvm::BasicBlock &Begin,
                         const llvm::BasicBlock *Except);

/// Hash of a pair of hashes; never 0.
uint64_t combineHashes(uint64_t First, uint64_t Second);

/// The hashes of one module, taken before anything in it is rewritten.
struct Identities {
  llvm::DenseMap<const llvm::GlobalValue *, uint64_t> Content;
  uint64_t Module = 0; ///< Of all definitions: what HcrGetSigHash gives.

  /// The signature of a function that is defined here. Lambdas are named by
  /// counting, so one that is inserted gives its name to another; when the set
  /// of a module's lambdas changes, each of them is a new function, and what
  /// an object made by an older version holds is never called with its data.
  uint64_t signature(const llvm::Function &F) const;

  explicit Identities(const llvm::Module &M);

private:
  uint64_t Lambdas = 0;
};

} // namespace hcr

#endif
