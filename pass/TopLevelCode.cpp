// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TopLevelCode.h"
#include "TopLevelBody.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;

namespace hcr {

//===----------------------------------------------------------------------===//
// The slice.

namespace {

/// What the cut consists of, while it grows.
class Slice {
  TopLevelBody &B;
  GlobalVariable &X;
  SetVector<Instruction *> Work;

public:
  SmallPtrSet<const Instruction *, 32> Included;
  /// Locals of the start-up code that are part of it.
  SmallSetVector<GlobalVariable *, 4> Locals;

  Slice(TopLevelBody &B, GlobalVariable &X) : B(B), X(X) {}

  void include(Instruction &I) {
    if (Included.insert(&I).second)
      Work.insert(&I);
  }

  /// Includes all that what is included depends on.
  void close() {
    do {
      while (!Work.empty())
        addDependencesOf(*Work.pop_back_val());
      addChecks();
      addHandlers();
      addMarkers();
    } while (!Work.empty());
  }

private:
  void addDependencesOf(Instruction &I) {
    for (Value *Operand : I.operands())
      if (auto *Other = dyn_cast<Instruction>(Operand))
        include(*Other);
    for (const Value *Pointer : readBy(I))
      for (const Root &R : rootsOf(Pointer))
        addWritesOf(R, I);
    for (Instruction *Branch : B.Controls.lookup(I.getParent()))
      include(*Branch);
    if (auto *Phi = dyn_cast<PHINode>(&I))
      for (BasicBlock *From : Phi->blocks()) {
        for (Instruction *Branch : B.Controls.lookup(From))
          include(*Branch);
        if (From->getTerminator()->getNumSuccessors() > 1)
          include(*From->getTerminator());
      }
    if (const auto *Mark = dyn_cast<CallInst>(&I))
      if (auto C = B.Checks.find(Mark); C != B.Checks.end() && C->second.Raise)
        for (Instruction &Each : *C->second.Raise)
          if (!Each.isTerminator())
            for (Value *Operand : Each.operands())
              if (auto *Other = dyn_cast<Instruction>(Operand);
                  Other && Other->getParent() != C->second.Raise)
                include(*Other);
  }

  /// Memory of temporaries is as they were left by all that may have run
  /// before.
  void addWritesOf(const Root &R, Instruction &Reader) {
    auto *G = dyn_cast<GlobalVariable>(const_cast<Value *>(R.Object));
    if (G) {
      if (G == &X || !B.Locals.contains(G))
        return;
      Locals.insert(G);
    }
    // Whoever handles an exception is asked for by its own rule.
    if (const auto *Call = dyn_cast<Instruction>(R.Object);
        Call && calleeName(*Call) == "nimErrorFlag")
      return;
    for (Instruction *Effect : B.Effects)
      if (!Included.contains(Effect) && Effect != &Reader &&
          !isRelease(calleeName(*Effect)) && touches(*Effect, *R.Object) &&
          B.canReach(*Effect, Reader))
        include(*Effect);
  }

  Instruction *neighbour(unsigned At, int Step) {
    for (unsigned I = At + Step; I < B.Effects.size(); I += Step)
      if (!isa<CallInst>(B.Effects[I]) ||
          !B.Checks.contains(cast<CallInst>(B.Effects[I])))
        return B.Effects[I];
    return nullptr;
  }

  /// A check of the error flag goes with the call before it, another check
  /// with what comes after it.
  void addChecks() {
    for (auto &[Mark, C] : B.Checks) {
      auto At = B.Position.find(Mark);
      if (At == B.Position.end())
        continue;
      Instruction *Owner = neighbour(At->second, C.AsksFlag ? -1 : 1);
      bool IsReraise = C.Raise && any_of(*C.Raise, [](const Instruction &I) {
                         return calleeName(I).starts_with("reraise");
                       });
      if (IsReraise ? hasIncludedWriter(*C.Mark->getArgOperand(0))
                    : Owner && Included.contains(Owner))
        include(*C.Mark);
    }
  }

  /// `if (safePoint.status != 0)`: of a try statement that is part of this.
  bool hasIncludedWriter(const Value &Condition) {
    const auto *I = dyn_cast<Instruction>(&Condition);
    while (I && !isa<LoadInst>(I))
      I = I->getNumOperands() ? dyn_cast<Instruction>(I->getOperand(0))
                              : nullptr;
    if (!I)
      return false;
    for (const Root &R : rootsOf(cast<LoadInst>(I)->getPointerOperand()))
      for (Instruction *Effect : B.Effects)
        if (Included.contains(Effect) && touches(*Effect, *R.Object))
          return true;
    return false;
  }

  /// Where an exception is handled by what is included, it is over.
  void addHandlers() {
    for (Instruction *Effect : B.Effects) {
      bool ClearsFlag = false;
      if (const auto *Store = dyn_cast<StoreInst>(Effect))
        if (const auto *Flag =
                dyn_cast<Instruction>(Store->getPointerOperand()))
          ClearsFlag = calleeName(*Flag) == "nimErrorFlag";
      bool ChangesState =
          ClearsFlag || handlesException(calleeName(*Effect)) ||
          (isa<StoreInst>(Effect) && isStatusOfSafePoint(*Effect));
      if (ChangesState && any_of(B.Controls.lookup(Effect->getParent()),
                                 [&](Instruction *Branch) {
                                   return Included.contains(Branch);
                                 }))
        include(*Effect);
    }
  }

  /// A store into what pushSafePoint() was given.
  bool isStatusOfSafePoint(const Instruction &Store) {
    for (const Root &R : rootsOf(cast<StoreInst>(Store).getPointerOperand()))
      for (const User *U : R.Object->users())
        if (const auto *Call = dyn_cast<CallInst>(U))
          if (calleeName(*Call) == "pushSafePoint")
            return true;
    return false;
  }

  void addMarkers() {
    for (Instruction *Effect : B.Effects) {
      if (Included.contains(Effect) ||
          !isMarkerRegistration(calleeName(*Effect)))
        continue;
      auto *Marker = dyn_cast<Function>(
          cast<CallBase>(Effect)->getArgOperand(0)->stripPointerCasts());
      if (Marker && (marks(*Marker, X) || any_of(Locals, [&](auto *G) {
                       return marks(*Marker, *G);
                     })))
        include(*Effect);
    }
  }

  static bool marks(const Function &Marker, const GlobalVariable &G) {
    SmallVector<const Value *, 4> Uses(G.user_begin(), G.user_end());
    while (!Uses.empty()) {
      const Value *U = Uses.pop_back_val();
      if (const auto *I = dyn_cast<Instruction>(U)) {
        if (I->getFunction() == &Marker)
          return true;
      } else if (isa<ConstantExpr>(U)) {
        Uses.append(U->user_begin(), U->user_end());
      }
    }
    return false;
  }
};

//===----------------------------------------------------------------------===//
// Where the slice begins: the writes that give X its first value.

class FirstValue {
  TopLevelBody &B;
  GlobalVariable &X;
  uint64_t Size;

public:
  FirstValue(TopLevelBody &B, GlobalVariable &X)
      : B(B), X(X), Size(X.getParent()->getDataLayout().getTypeStoreSize(
                        X.getValueType())) {}

  /// The writes; none if no code gives X a value.
  Expected<SmallVector<Instruction *, 4>> writes() {
    SmallVector<Instruction *, 4> All, Result;
    for (Instruction *Effect : B.Effects)
      if (!isFill(*Effect) && writesInto(*Effect) &&
          !isRelease(calleeName(*Effect)))
        All.push_back(Effect);
    for (Instruction *Write : All) {
      if (any_of(All, [&](Instruction *Other) {
            return Other != Write && B.canReachWithoutError(*Other, *Write) &&
                   !(B.canReachWithoutError(*Write, *Other) &&
                     B.Position.lookup(Write) < B.Position.lookup(Other));
          }))
        continue;
      // The first value is X's own zero: what changes it is another statement.
      if (dependsOnX(*Write))
        continue;
      if (B.isInLoop(*Write)) {
        if (isa<CallInst>(Write) && !isAssignment(calleeName(*Write)))
          continue; // xs.add() in a loop
        return createStringError("it gets its value in a loop");
      }
      Result.push_back(Write);
    }
    for (Instruction *First : to_vector(Result))
      addRestOfConstruction(*First, Result);
    return Result;
  }

private:
  /// Into X itself, not through a pointer in it.
  bool writesInto(const Instruction &I) const {
    return any_of(writtenBy(I), [&](const Value *Pointer) {
      return any_of(rootsOf(Pointer),
                    [&](const Root &R) { return R.Object == &X && !R.IsDeep; });
    });
  }

  bool dependsOnX(Instruction &Write) const {
    SmallVector<const Value *, 8> Work;
    if (auto *Store = dyn_cast<StoreInst>(&Write))
      Work.push_back(Store->getValueOperand());
    else if (isAssignment(calleeName(Write)))
      Work.push_back(cast<CallBase>(Write).getArgOperand(1));
    SmallPtrSet<const Value *, 8> Seen;
    while (!Work.empty()) {
      const Value *V = Work.pop_back_val();
      if (V == &X)
        return true;
      if (const auto *U = dyn_cast<User>(V);
          U && !isa<GlobalValue>(U) && Seen.insert(U).second)
        Work.append(U->value_op_begin(), U->value_op_end());
    }
    return false;
  }

  bool isWhole(const Instruction &I) const {
    for (const Value *Pointer : writtenBy(I))
      if (Pointer->stripPointerCasts() == &X) {
        if (const auto *Store = dyn_cast<StoreInst>(&I))
          return X.getParent()->getDataLayout().getTypeStoreSize(
                     Store->getValueOperand()->getType()) >= Size;
        if (const auto *Copy = dyn_cast<AnyMemTransferInst>(&I)) {
          const auto *Length = dyn_cast<ConstantInt>(Copy->getLength());
          return Length && Length->getZExtValue() >= Size;
        }
        return true;
      }
    return false;
  }

  /// A store or an assignment into X or into what X points to; a call that is
  /// given a field.
  bool isPartOfConstruction(const Instruction &I) const {
    if (!isa<StoreInst>(I) && !isa<AnyMemIntrinsic>(I) &&
        !isAssignment(calleeName(I)))
      return writesInto(I) && none_of(writtenBy(I), [&](const Value *Pointer) {
               return Pointer->stripPointerCasts() == &X;
             });
    return any_of(rootsOf(writtenBy(I).front()),
                  [&](const Root &R) { return R.Object == &X; });
  }

  /// Into temporaries, which does nothing by itself.
  static bool isInTemporary(const Instruction &I) {
    auto Pointers = writtenBy(I);
    return !Pointers.empty() && (isa<StoreInst>(I) || isFill(I)) &&
           all_of(rootsOf(Pointers.front()), [](const Root &R) {
             return isa<AllocaInst>(R.Object) && !R.IsDeep;
           });
  }

  /// Fields of an object, elements of a sequence: what directly follows, and
  /// what computes them.
  void addRestOfConstruction(Instruction &First,
                             SmallVectorImpl<Instruction *> &Result) {
    bool IsPointer = X.getValueType()->isPointerTy();
    // A call may have been given the first field.
    bool IsCall = isa<CallInst>(First) && !isa<IntrinsicInst>(First);
    if (isWhole(First) && !IsPointer && !IsCall)
      return;
    SmallVector<Instruction *, 4> Pending;
    for (unsigned I = B.Position.lookup(&First) + 1; I < B.Effects.size();
         ++I) {
      Instruction &Next = *B.Effects[I];
      if (!B.Dominators->dominates(First.getParent(), Next.getParent()))
        return;
      if (isRelease(calleeName(Next)) || isInTemporary(Next) ||
          (isa<CallInst>(Next) && B.Checks.contains(cast<CallInst>(&Next))))
        continue;
      if (is_contained(Result, &Next))
        return;
      if (!isPartOfConstruction(Next)) {
        if (touches(Next, X))
          return;
        Pending.push_back(&Next);
        continue;
      }
      if (isFill(Next) && Pending.empty())
        continue;
      if ((isWhole(Next) && Size > 8) || (IsPointer && !isDeep(Next)))
        return;
      Slice Test(B, X);
      Test.include(Next);
      Test.close();
      if (!all_of(Pending,
                  [&](Instruction *P) { return Test.Included.contains(P); }))
        return;
      Pending.clear();
      Result.push_back(&Next);
    }
  }

  bool isDeep(const Instruction &I) const {
    return all_of(rootsOf(writtenBy(I).front()),
                  [](const Root &R) { return R.IsDeep; });
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// The function.

/// Copies the prepared code and takes out what is not \p Included.
static Function *
copyIncluded(Function &Code,
             const SmallPtrSetImpl<const Instruction *> &Included,
             const MapVector<const CallInst *, Check> &Checks,
             PostDominatorTree &PostDominators, const Twine &Name) {
  ValueToValueMapTy Map;
  Function *F = CloneFunction(&Code, Map);
  F->setName(Name);
  SmallVector<Instruction *, 0> Dead;
  SmallPtrSet<const BasicBlock *, 16> Useful;
  for (BasicBlock &BB : Code) {
    auto *Copy = cast<BasicBlock>(Map[&BB]);
    for (Instruction &I : BB) {
      if (I.isTerminator())
        continue;
      if (Included.contains(&I) || isa<AllocaInst>(I))
        Useful.insert(Copy);
      else if (!any_of(Checks, [&](auto &C) {
                 return C.second.Raise == &BB &&
                        Included.contains(C.second.Mark);
               }))
        Dead.push_back(cast<Instruction>(Map[&I]));
    }
    Instruction *End = BB.getTerminator();
    if (End->getNumSuccessors() < 2 || Included.contains(End))
      continue;
    // Whichever way it goes, nothing happens before the ways meet.
    auto *Node = PostDominators.getNode(&BB);
    BasicBlock *Join =
        Node && Node->getIDom() ? Node->getIDom()->getBlock() : nullptr;
    auto *OldEnd = cast<Instruction>(Map[End]);
    IRBuilder<> B(OldEnd);
    for (BasicBlock *Way : to_vector(successors(Copy)))
      Way->removePredecessor(Copy, /*KeepOneInputPHIs=*/true);
    Join ? (void)B.CreateBr(cast<BasicBlock>(Map[Join]))
         : (void)B.CreateRetVoid();
    OldEnd->eraseFromParent();
  }
  for (Instruction *I : Dead) {
    if (!I->getType()->isVoidTy())
      I->replaceAllUsesWith(PoisonValue::get(I->getType()));
    I->eraseFromParent();
  }
  // After the last thing that is left there is nothing to do, not even to wait
  // in a loop that the program ends with.
  SmallVector<const BasicBlock *, 16> Work(Useful.begin(), Useful.end());
  while (!Work.empty())
    for (const BasicBlock *Before : predecessors(Work.pop_back_val()))
      if (Useful.insert(Before).second)
        Work.push_back(Before);
  for (BasicBlock &BB : *F) {
    Instruction *End = BB.getTerminator();
    if (isa<ReturnInst>(End) || any_of(successors(&BB), [&](BasicBlock *Way) {
          return Useful.contains(Way);
        }))
      continue;
    for (BasicBlock *Way : successors(&BB))
      Way->removePredecessor(&BB, /*KeepOneInputPHIs=*/true);
    ReturnInst::Create(F->getContext(), &BB);
    End->eraseFromParent();
  }
  // Marks become what they stand for.
  for (auto &[Mark, C] : Checks) {
    if (!Included.contains(Mark))
      continue;
    auto *Copy = cast<CallInst>(Map[Mark]);
    Value *Condition = Copy->getArgOperand(0);
    BasicBlock *BB = Copy->getParent();
    BasicBlock *Rest = BB->splitBasicBlock(Copy->getIterator());
    Instruction *End = BB->getTerminator();
    BasicBlock *Out = BasicBlock::Create(F->getContext(), "", F);
    BranchInst::Create(Out, Rest, Condition, BB);
    End->eraseFromParent();
    Copy->eraseFromParent();
    IRBuilder<> B(Out);
    if (C.Raise) {
      ValueToValueMapTy Inner;
      for (Instruction &I : *C.Raise) {
        if (I.isTerminator())
          break;
        Instruction *New = I.clone();
        B.Insert(New);
        for (Use &U : New->operands()) {
          if (Value *V = Inner.lookup(U))
            U = V;
          else if (auto Found = Map.find(U); Found != Map.end())
            U = Found->second;
        }
        Inner[&I] = New;
      }
    }
    B.CreateRetVoid();
  }
  removeUnreachableBlocks(*F);
  return F;
}

TopLevelCode::TopLevelCode(Function &StartUp,
                           const SmallPtrSetImpl<GlobalVariable *> &Locals)
    : TheBody(std::make_unique<TopLevelBody>(StartUp, Locals)) {}
TopLevelCode::~TopLevelCode() = default;

Expected<TopLevelCode::Part> TopLevelCode::partFor(GlobalVariable &X) {
  auto Writes = FirstValue(*TheBody, X).writes();
  if (!Writes)
    return Writes.takeError();
  Slice S(*TheBody, X);
  for (Instruction *Write : *Writes)
    S.include(*Write);
  S.close();
  return std::move(S.Included);
}

bool TopLevelCode::haveCommonCall(const Part &A, const Part &B) {
  return any_of(A, [&](const Instruction *I) {
    return isa<CallBase>(I) && isEffect(*I) && !isa<IntrinsicInst>(I) &&
           B.contains(I) && !mayBeInEveryPart(calleeName(*I));
  });
}

Expected<Function *> TopLevelCode::cut(ArrayRef<const Part *> Parts,
                                       const Twine &Name) {
  Part All;
  for (const Part *P : Parts)
    All.insert(P->begin(), P->end());
  Function *F = copyIncluded(*TheBody->F, All, TheBody->Checks,
                             *TheBody->PostDominators, Name);
  if (verifyFunction(*F)) {
    F->eraseFromParent();
    return createStringError("its code is entangled with other code");
  }
  return F;
}

} // namespace hcr
