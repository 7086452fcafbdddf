// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The copy of a start-up function that TopLevelCode.cpp cuts parts out of:
// frames of stack traces are gone, scalar temporaries are values, checks for
// errors are marks. And what its instructions mean.
#ifndef HCR_PASS_TOPLEVELBODY_H
#define HCR_PASS_TOPLEVELBODY_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/PostDominators.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"
#include <memory>

namespace hcr {

llvm::StringRef calleeName(const llvm::Instruction &I);

/// Calls of Nim's runtime that end the statement: `raiseOverflow()`.
bool isRaise(const llvm::Instruction &I);

/// Assignments by a call: the first argument is the place.
bool isAssignment(llvm::StringRef Callee);

/// Of the old value, which a variable without a value does not have.
bool isRelease(llvm::StringRef Callee);

bool isMarkerRegistration(llvm::StringRef Callee);

/// What a try statement does with the exception itself.
bool handlesException(llvm::StringRef Callee);

/// Calls that every part may have.
bool mayBeInEveryPart(llvm::StringRef Callee);

bool isEffect(const llvm::Instruction &I);

/// Pointers through which \p I may write.
llvm::SmallVector<const llvm::Value *, 4> writtenBy(const llvm::Instruction &I);

/// Pointers through which \p I may read or that it hands on.
llvm::SmallVector<const llvm::Value *, 4> readBy(const llvm::Instruction &I);

bool touches(const llvm::Instruction &I, const llvm::Value &Object);

/// Writes of zero: a variable is zero before its first value.
bool isFill(const llvm::Instruction &I);

/// An object that a pointer leads to, and whether through the object's value
/// (what a pointer in it points to) and not into the object itself.
struct Root {
  const llvm::Value *Object;
  bool IsDeep;
};

using Roots = llvm::SmallVector<Root, 2>;

Roots rootsOf(const llvm::Value *Pointer);

/// `if (error) { raise…(); goto BeforeRet; }` as one call of a mark, so that
/// what follows does not depend on it.
struct Check {
  llvm::CallInst *Mark = nullptr; ///< hcr.check(condition)
  /// Asks the error flag after a call; else it comes before what it guards.
  bool AsksFlag = false;
  /// What the check does; not reached any more. Null: it returns.
  llvm::BasicBlock *Raise = nullptr;
};

class TopLevelBody {
public:
  llvm::Function *F;
  llvm::Function *MarkFunction;
  const llvm::SmallPtrSetImpl<llvm::GlobalVariable *> &Locals;
  llvm::MapVector<const llvm::CallInst *, Check> Checks;
  /// What is not only computation, in the order of the source.
  llvm::SmallVector<llvm::Instruction *, 0> Effects;
  llvm::DenseMap<const llvm::Instruction *, unsigned> Position; ///< In Effects.
  std::unique_ptr<llvm::DominatorTree> Dominators;
  std::unique_ptr<llvm::PostDominatorTree> PostDominators;
  /// The branches that decide whether a block runs.
  llvm::DenseMap<const llvm::BasicBlock *,
                 llvm::SmallVector<llvm::Instruction *, 2>>
      Controls;

  TopLevelBody(llvm::Function &StartUp,
               const llvm::SmallPtrSetImpl<llvm::GlobalVariable *> &Locals);

  ~TopLevelBody();

private:
  /// Lifetimes, and the frames that stack traces are made of.
  void removeFrames();

  /// Clang leaves a block with a cleanup through a switch on a variable:
  /// `store 2, %dest; br cleanup` … `cleanup: switch (load %dest)`. Each way
  /// in becomes a way out of its own.
  void threadCleanups();

  static llvm::ConstantInt *lastStore(llvm::BasicBlock &BB,
                                      const llvm::Value &Variable);

  void promoteTemporaries();

  /// `*nimErr_` after a call.
  static bool isErrorFlag(const llvm::Value *Condition);

  /// Blocks behind which nothing happens but that temporaries are destroyed:
  /// where errors lead.
  llvm::SmallPtrSet<const llvm::BasicBlock *, 8> End;

  void findEnd();

  static bool raises(llvm::BasicBlock &BB);

  void markChecks();

  /// The flag has been asked before, and nothing was called since.
  static bool isDecided(llvm::BasicBlock &BB);

  void mark(llvm::BranchInst &Branch, unsigned Error, bool AsksFlag,
            bool IsDropped);

  void analyse();

public:
  bool canReach(const llvm::Instruction &From,
                const llvm::Instruction &To) const;
  /// Not by the handler of an exception that nothing of \p From raises.
  bool canReachWithoutError(const llvm::Instruction &From,
                            const llvm::Instruction &To) const;
  bool isInLoop(const llvm::Instruction &I) const { return canReach(I, I); }

private:
  /// The blocks that each block is followed by, on any way.
  using BlocksBehind =
      llvm::DenseMap<const llvm::BasicBlock *,
                     llvm::SmallPtrSet<const llvm::BasicBlock *, 8>>;
  BlocksBehind Behind, BehindWithoutError;

  static bool canReach(const llvm::Instruction &From,
                       const llvm::Instruction &To, const BlocksBehind &Blocks);

  void findBlocksBehind(BlocksBehind &Result, bool WithErrors);
};

} // namespace hcr

#endif
