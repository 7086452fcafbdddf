// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Cuts the start-up code of a Nim module into what initialises one variable.
//
// Nim makes one function of all top-level statements of a module, in which the
// initialisers of variables stand between the other statements:
//
//     xs = newSeq(2); xs->data[0] = f(); if (*err) goto BeforeRet;
//     xs->data[1] = 2; echo(xs); add(&xs, 3); …
//
// The part for xs is the first of these lines: a backward slice from the
// writes that give the variable its first value, over data (values, memory of
// temporaries) and control dependences. It holds
//
//  - code that computes what flows into the first value,
//  - code that changes nothing but the variable, as part of its construction,
//  - the checks for errors that belong to these,
//  - under the collector of references, the registration of the marker.
//
// Another variable that exists has its present value; side effects that
// nothing of this depends on are left out.
#ifndef HCR_PASS_TOPLEVELCODE_H
#define HCR_PASS_TOPLEVELCODE_H

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace hcr {

class TopLevelBody;

/// One start-up function, prepared for any number of cuts. The copy that it
/// works on lives as long as the object.
class TopLevelCode {
public:
  /// \p Locals are variables that are used in \p StartUp alone: what blocks of
  /// top-level code declare is like the temporaries of the function.
  TopLevelCode(llvm::Function &StartUp,
               const llvm::SmallPtrSetImpl<llvm::GlobalVariable *> &Locals);
  ~TopLevelCode();

  /// Instructions of the start-up code.
  using Part = llvm::SmallPtrSet<const llvm::Instruction *, 32>;

  /// What gives \p X its first value. Empty: no code does. Error: that code
  /// cannot be told from the rest.
  llvm::Expected<Part> partFor(llvm::GlobalVariable &X);

  /// Whether both call the same function for a value, as the parts of
  /// `let (a, b) = f()` do.
  static bool haveCommonCall(const Part &A, const Part &B);

  /// Makes the internal function `void Name()` of these parts.
  llvm::Expected<llvm::Function *> cut(llvm::ArrayRef<const Part *> Parts,
                                       const llvm::Twine &Name);

private:
  std::unique_ptr<TopLevelBody> TheBody;
};

} // namespace hcr

#endif
