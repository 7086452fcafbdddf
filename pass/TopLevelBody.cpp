// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TopLevelBody.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/PromoteMemToReg.h"

using namespace llvm;

namespace hcr {

StringRef calleeName(const Instruction &I) {
  const auto *Call = dyn_cast<CallBase>(&I);
  const Function *F = Call ? Call->getCalledFunction() : nullptr;
  return F ? F->getName() : "";
}

bool isRaise(const Instruction &I) {
  return calleeName(I).starts_with("raise") ||
         calleeName(I).starts_with("reraise");
}

bool isAssignment(StringRef Callee) {
  return is_contained({"asgnRef", "asgnRefNoCycle", "unsureAsgnRef",
                       "genericAssign", "genericSeqAssign",
                       "genericShallowAssign", "genericAssignOpenArray",
                       "genericArrayAssign", "nimCopyMem"},
                      Callee) ||
         Callee.starts_with("eqsink_") || Callee.starts_with("eqcopy_");
}

bool isRelease(StringRef Callee) {
  return Callee.starts_with("nimGCunref") || Callee.starts_with("eqdestroy_");
}

bool isMarkerRegistration(StringRef Callee) {
  return Callee == "nimRegisterGlobalMarker" ||
         Callee == "nimRegisterThreadLocalMarker";
}

bool handlesException(StringRef Callee) {
  return is_contained({"popCurrentException", "popSafePoint", "setFrame",
                       "closureIterSetupExc"},
                      Callee);
}

bool mayBeInEveryPart(StringRef Callee) {
  return isMarkerRegistration(Callee) || handlesException(Callee) ||
         is_contained({"nimErrorFlag", "getFrame", "isObj", "hcr.check",
                       "nimBorrowCurrentException"},
                      Callee);
}

bool isEffect(const Instruction &I) {
  return I.mayHaveSideEffects() && !I.isTerminator();
}

static void addRoots(const Value *Pointer, bool IsDeep, Roots &Result,
                     SmallPtrSetImpl<const Value *> &Seen) {
  Pointer = Pointer->stripInBoundsOffsets();
  if (!Seen.insert(Pointer).second)
    return;
  if (const auto *GEP = dyn_cast<GEPOperator>(Pointer))
    return addRoots(GEP->getPointerOperand(), IsDeep, Result, Seen);
  if (const auto *Intrinsic = dyn_cast<IntrinsicInst>(Pointer);
      Intrinsic &&
      Intrinsic->getIntrinsicID() == Intrinsic::threadlocal_address)
    return addRoots(Intrinsic->getArgOperand(0), IsDeep, Result, Seen);
  if (const auto *Load = dyn_cast<LoadInst>(Pointer))
    return addRoots(Load->getPointerOperand(), true, Result, Seen);
  if (isa<PHINode>(Pointer) || isa<SelectInst>(Pointer)) {
    for (const Value *Operand : cast<User>(Pointer)->operands())
      if (Operand->getType()->isPointerTy())
        addRoots(Operand, IsDeep, Result, Seen);
    return;
  }
  if (isa<GlobalVariable>(Pointer) || isa<Instruction>(Pointer))
    Result.push_back({Pointer, IsDeep});
}

Roots rootsOf(const Value *Pointer) {
  Roots Result;
  SmallPtrSet<const Value *, 8> Seen;
  if (Pointer->getType()->isPointerTy())
    addRoots(Pointer, false, Result, Seen);
  return Result;
}

SmallVector<const Value *, 4> writtenBy(const Instruction &I) {
  if (const auto *Store = dyn_cast<StoreInst>(&I))
    return {Store->getPointerOperand()};
  if (const auto *Copy = dyn_cast<AnyMemIntrinsic>(&I))
    return {Copy->getRawDest()};
  SmallVector<const Value *, 4> Result;
  if (const auto *Call = dyn_cast<CallBase>(&I))
    if (!Call->onlyReadsMemory())
      for (const Value *Argument : Call->args())
        if (Argument->getType()->isPointerTy())
          Result.push_back(Argument);
  return Result;
}

SmallVector<const Value *, 4> readBy(const Instruction &I) {
  SmallVector<const Value *, 4> Result;
  for (const Value *Operand : I.operands())
    if (Operand->getType()->isPointerTy() && !isa<Function>(Operand))
      Result.push_back(Operand);
  return Result;
}

bool touches(const Instruction &I, const Value &Object) {
  return any_of(writtenBy(I), [&](const Value *Pointer) {
    return any_of(rootsOf(Pointer),
                  [&](const Root &R) { return R.Object == &Object; });
  });
}

bool isFill(const Instruction &I) {
  if (const auto *Store = dyn_cast<StoreInst>(&I)) {
    const auto *C = dyn_cast<Constant>(Store->getValueOperand());
    return C && C->isNullValue();
  }
  if (const auto *Set = dyn_cast<AnyMemSetInst>(&I)) {
    const auto *C = dyn_cast<Constant>(Set->getValue());
    return C && C->isNullValue();
  }
  StringRef Callee = calleeName(I);
  if (Callee == "nimZeroMem" || Callee == "genericReset")
    return true;
  return isAssignment(Callee) &&
         isa<ConstantPointerNull>(cast<CallBase>(I).getArgOperand(1));
}

TopLevelBody::TopLevelBody(Function &StartUp,
                           const SmallPtrSetImpl<GlobalVariable *> &Locals)
    : Locals(Locals) {
  ValueToValueMapTy Map;
  F = CloneFunction(&StartUp, Map);
  F->setName("hcr.top_level_code");
  F->setLinkage(GlobalValue::InternalLinkage);
  F->setVisibility(GlobalValue::DefaultVisibility);
  F->setDSOLocal(true);
  stripDebugInfo(*F);
  Module &M = *F->getParent();
  MarkFunction = Function::Create(
      FunctionType::get(Type::getVoidTy(M.getContext()),
                        {Type::getInt1Ty(M.getContext())}, false),
      GlobalValue::ExternalLinkage, "hcr.check", M);
  removeFrames();
  threadCleanups();
  removeUnreachableBlocks(*F);
  promoteTemporaries();
  markChecks();
  analyse();
}

TopLevelBody::~TopLevelBody() {
  Dominators.reset();
  PostDominators.reset();
  F->eraseFromParent();
  MarkFunction->eraseFromParent();
}

void TopLevelBody::removeFrames() {
  SmallPtrSet<Value *, 2> Frames;
  SmallVector<Instruction *, 0> Dead;
  for (Instruction &I : instructions(*F)) {
    StringRef Callee = calleeName(I);
    if (I.isLifetimeStartOrEnd() || isa<DbgInfoIntrinsic>(I) ||
        Callee == "popFrame" || Callee == "nimFrame")
      Dead.push_back(&I);
    if (Callee == "nimFrame")
      Frames.insert(cast<CallBase>(I).getArgOperand(0)->stripPointerCasts());
  }
  for (Value *Frame : Frames)
    for (Instruction &I : instructions(*F))
      if (auto *Store = dyn_cast<StoreInst>(&I))
        if (Store->getPointerOperand()->stripInBoundsOffsets() == Frame)
          Dead.push_back(Store);
  for (Instruction *I : Dead)
    I->eraseFromParent();
}

void TopLevelBody::threadCleanups() {
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (BasicBlock &Cleanup : *F) {
      auto *Switch = dyn_cast<SwitchInst>(Cleanup.getTerminator());
      auto *Load =
          Switch ? dyn_cast<LoadInst>(Switch->getCondition()) : nullptr;
      if (!Load || !isa<AllocaInst>(Load->getPointerOperand()) ||
          &Cleanup.front() != Load || Load->getNextNode() != Switch)
        continue;
      for (BasicBlock *From : to_vector(predecessors(&Cleanup))) {
        auto *Branch = dyn_cast<BranchInst>(From->getTerminator());
        ConstantInt *Way = lastStore(*From, *Load->getPointerOperand());
        if (!Branch || Branch->isConditional() || !Way ||
            isa<PHINode>(
                Switch->findCaseValue(Way)->getCaseSuccessor()->front()))
          continue;
        Branch->setSuccessor(0, Switch->findCaseValue(Way)->getCaseSuccessor());
        Changed = true;
      }
    }
  }
}

ConstantInt *TopLevelBody::lastStore(BasicBlock &BB, const Value &Variable) {
  for (Instruction &I : reverse(BB))
    if (auto *Store = dyn_cast<StoreInst>(&I))
      if (Store->getPointerOperand() == &Variable)
        return dyn_cast<ConstantInt>(Store->getValueOperand());
  return nullptr;
}

void TopLevelBody::promoteTemporaries() {
  SmallVector<AllocaInst *, 0> Temporaries;
  for (Instruction &I : F->getEntryBlock())
    if (auto *A = dyn_cast<AllocaInst>(&I); A && isAllocaPromotable(A))
      Temporaries.push_back(A);
  DominatorTree DT(*F);
  PromoteMemToReg(Temporaries, DT);
}

bool TopLevelBody::isErrorFlag(const Value *Condition) {
  SmallVector<const Value *, 4> Work = {Condition};
  while (!Work.empty()) {
    const auto *I = dyn_cast<Instruction>(Work.pop_back_val());
    if (!I)
      continue;
    if (const auto *Load = dyn_cast<LoadInst>(I)) {
      const auto *Flag = dyn_cast<Instruction>(Load->getPointerOperand());
      return Flag && calleeName(*Flag) == "nimErrorFlag";
    }
    if (isa<CastInst>(I) || isa<CmpInst>(I) || isa<IntrinsicInst>(I))
      Work.append(I->value_op_begin(), I->value_op_end());
  }
  return false;
}

void TopLevelBody::findEnd() {
  for (BasicBlock &BB : *F)
    if (all_of(BB, [](const Instruction &I) {
          return !isEffect(I) || isRelease(calleeName(I)) ||
                 calleeName(I) == "nimTestErrorFlag";
        }))
      End.insert(&BB);
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (BasicBlock &BB : *F)
      if (End.contains(&BB) && any_of(successors(&BB), [&](BasicBlock *Way) {
            return !End.contains(Way);
          }))
        Changed |= End.erase(&BB);
  }
}

bool TopLevelBody::raises(BasicBlock &BB) {
  return isa<BranchInst>(BB.getTerminator()) && !isa<PHINode>(BB.front()) &&
         any_of(BB, isRaise);
}

void TopLevelBody::markChecks() {
  findEnd();
  for (BasicBlock &BB : *F) {
    auto *Branch = dyn_cast<BranchInst>(BB.getTerminator());
    if (!Branch || Branch->isUnconditional())
      continue;
    for (unsigned Error : {0, 1}) {
      BasicBlock *Raise = Branch->getSuccessor(Error),
                 *Rest = Branch->getSuccessor(1 - Error);
      if (Raise == Rest)
        break;
      bool AsksFlag = isErrorFlag(Branch->getCondition());
      BasicBlock *Behind = Raise->getSingleSuccessor();
      if (AsksFlag ? Error == 0 && (End.contains(Raise) || isDecided(BB))
                   : raises(*Raise) && Behind &&
                         (Behind == Rest || End.contains(Behind))) {
        mark(*Branch, Error, AsksFlag, isDecided(BB));
        break;
      }
    }
  }
}

bool TopLevelBody::isDecided(BasicBlock &BB) {
  auto *Branch = cast<BranchInst>(BB.getTerminator());
  if (!isErrorFlag(Branch->getCondition()))
    return false;
  for (Instruction &I : BB)
    if (isa<CallBase>(I) && !isa<IntrinsicInst>(I) &&
        calleeName(I) != "hcr.check")
      return false;
  BasicBlock *Before = BB.getSinglePredecessor();
  if (!Before)
    return false;
  if (any_of(*Before, [](Instruction &I) {
        return calleeName(I) == "hcr.check" &&
               isErrorFlag(cast<CallBase>(I).getArgOperand(0));
      }))
    return true;
  auto *Asked = dyn_cast<BranchInst>(Before->getTerminator());
  return Asked && Asked->isConditional() &&
         isErrorFlag(Asked->getCondition()) && Asked->getSuccessor(1) == &BB;
}

void TopLevelBody::mark(BranchInst &Branch, unsigned Error, bool AsksFlag,
                        bool IsDropped) {
  BasicBlock *BB = Branch.getParent();
  BasicBlock *Raise = Branch.getSuccessor(Error),
             *Rest = Branch.getSuccessor(1 - Error);
  IRBuilder<> B(&Branch);
  if (!IsDropped) {
    Value *Condition = Branch.getCondition();
    if (Error == 1)
      Condition = B.CreateNot(Condition);
    CallInst *Mark = B.CreateCall(MarkFunction, Condition);
    Checks[Mark] = {Mark, AsksFlag, AsksFlag ? nullptr : Raise};
  }
  Raise->removePredecessor(BB, /*KeepOneInputPHIs=*/true);
  B.CreateBr(Rest);
  Branch.eraseFromParent();
}

void TopLevelBody::analyse() {
  findBlocksBehind(Behind, /*WithErrors=*/true);
  findBlocksBehind(BehindWithoutError, /*WithErrors=*/false);
  Dominators = std::make_unique<DominatorTree>(*F);
  PostDominators = std::make_unique<PostDominatorTree>(*F);
  for (BasicBlock &BB : *F) {
    if (!Dominators->isReachableFromEntry(&BB))
      continue; // what a check does
    for (Instruction &I : BB)
      if (isEffect(I)) {
        Position[&I] = Effects.size();
        Effects.push_back(&I);
      }
    // Ferrante, Ottenstein, Warren: up the tree from each way out.
    Instruction *Branch = BB.getTerminator();
    if (Branch->getNumSuccessors() < 2)
      continue;
    auto *Node = PostDominators->getNode(&BB);
    auto *Join = Node ? Node->getIDom() : nullptr;
    for (BasicBlock *Way : successors(&BB))
      for (auto *N = PostDominators->getNode(Way); N && N != Join;
           N = N->getIDom())
        if (N->getBlock() && !is_contained(Controls[N->getBlock()], Branch))
          Controls[N->getBlock()].push_back(Branch);
  }
}

bool TopLevelBody::canReach(const Instruction &From,
                            const Instruction &To) const {
  return canReach(From, To, Behind);
}

bool TopLevelBody::canReachWithoutError(const Instruction &From,
                                        const Instruction &To) const {
  return canReach(From, To, BehindWithoutError);
}

bool TopLevelBody::canReach(const Instruction &From, const Instruction &To,
                            const BlocksBehind &Blocks) {
  const BasicBlock *A = From.getParent(), *B = To.getParent();
  auto Found = Blocks.find(A);
  return (A == B && From.comesBefore(&To)) ||
         (Found != Blocks.end() && Found->second.contains(B));
}

void TopLevelBody::findBlocksBehind(BlocksBehind &Result, bool WithErrors) {
  auto AddWays = [&](const BasicBlock &BB,
                     SmallVectorImpl<const BasicBlock *> &Work) {
    const auto *Branch = dyn_cast<BranchInst>(BB.getTerminator());
    bool IsCheck = !WithErrors && Branch && Branch->isConditional() &&
                   isErrorFlag(Branch->getCondition());
    for (auto [I, Way] : enumerate(successors(&BB)))
      if (!IsCheck || I != 0)
        Work.push_back(Way);
  };
  for (BasicBlock &BB : *F) {
    SmallVector<const BasicBlock *, 16> Work;
    AddWays(BB, Work);
    while (!Work.empty()) {
      const BasicBlock *Next = Work.pop_back_val();
      if (Result[&BB].insert(Next).second)
        AddWays(*Next, Work);
    }
  }
}

} // namespace hcr
