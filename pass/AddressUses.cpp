// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AddressUses.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/ReplaceConstant.h"

using namespace llvm;

namespace hcr {

bool needsConstantOperand(const Use &U) {
  const auto *Call = dyn_cast<CallBase>(U.getUser());
  if (!Call)
    return isa<LandingPadInst>(U.getUser());
  if (const auto *Asm = dyn_cast<InlineAsm>(Call->getCalledOperand())) {
    if (!Call->isArgOperand(&U))
      return true;
    unsigned Operand = Call->getArgOperandNo(&U), Seen = 0;
    for (const InlineAsm::ConstraintInfo &Constraint :
         Asm->ParseConstraints()) {
      if (!Constraint.hasArg() || Seen++ != Operand)
        continue;
      // An immediate or a symbol; all else takes a value from a register.
      return !Constraint.isIndirect &&
             all_of(Constraint.Codes, [](StringRef Code) {
               return Code.size() == 1 &&
                      StringRef("insSeZIJKLMNOP").contains(Code);
             });
    }
    return true;
  }
  const auto *Intrinsic = dyn_cast<IntrinsicInst>(Call);
  if (!Intrinsic)
    return false;
  StringRef Name = Intrinsic->getCalledFunction()->getName();
  return Name.starts_with("llvm.instrprof.") ||
         Name.starts_with("llvm.coro.") || Name.starts_with("llvm.eh.") ||
         Name.starts_with("llvm.local") || Name.starts_with("llvm.threadlocal");
}

void expandConstantUses(ArrayRef<GlobalValue *> Symbols) {
  if (Symbols.empty())
    return;
  // Hidden meanwhile: what must stay a constant, as `"i"(&array[1])`.
  SmallVector<std::pair<Use *, Constant *>, 0> Kept;
  for (Function &F : *Symbols.front()->getParent())
    for (Instruction &I : instructions(F))
      for (Use &U : I.operands())
        if ((isa<ConstantExpr>(U) || isa<ConstantAggregate>(U)) &&
            needsConstantOperand(U)) {
          Kept.push_back({&U, cast<Constant>(U)});
          U.set(PoisonValue::get(U->getType()));
        }
  SmallVector<Constant *, 0> Constants(Symbols.begin(), Symbols.end());
  // Dead constants stay: other rewriting still holds pointers to some.
  convertUsersOfConstantsToInstructions(Constants, /*RestrictToFunc=*/nullptr,
                                        /*RemoveDeadConstants=*/false);
  for (auto [U, Value] : Kept)
    U->set(Value);
}

void replaceAddressInCode(GlobalValue &Symbol, const Plan &P,
                          function_ref<Value *(IRBuilderBase &)> Make) {
  SmallVector<Use *, 16> Uses;
  for (Use &U : Symbol.uses()) {
    auto *User = dyn_cast<Instruction>(U.getUser());
    if (!User || P.Untouched.contains(User->getFunction()) ||
        needsConstantOperand(U))
      continue;
    const auto *Call = dyn_cast<CallBase>(User);
    const auto *F = dyn_cast<Function>(&Symbol);
    if (F && Call && Call->isCallee(&U) &&
        Call->getFunctionType() == F->getFunctionType())
      continue;
    Uses.push_back(&U);
  }
  // A PHI with two edges from one block needs one value for both.
  DenseMap<std::pair<PHINode *, BasicBlock *>, Value *> PhiValues;
  for (Use *U : Uses) {
    auto *User = cast<Instruction>(U->getUser());
    auto *Phi = dyn_cast<PHINode>(User);
    if (!Phi) {
      IRBuilder<> B(User);
      U->set(Make(B));
      continue;
    }
    BasicBlock *Incoming = Phi->getIncomingBlock(*U);
    Value *&Loaded = PhiValues[{Phi, Incoming}];
    if (!Loaded) {
      IRBuilder<> B(Incoming->getTerminator());
      Loaded = Make(B);
    }
    U->set(Loaded);
  }
}

static void markNoSanitize(Instruction &I) {
  I.setMetadata(LLVMContext::MD_nosanitize, MDNode::get(I.getContext(), {}));
}

LoadInst *loadSlot(IRBuilderBase &B, GlobalVariable &Slot) {
  LoadInst *Body = B.CreateAlignedLoad(B.getPtrTy(), &Slot, Slot.getAlign());
  Body->setAtomic(AtomicOrdering::Monotonic);
  markNoSanitize(*Body);
  return Body;
}

static bool namesFunction(const Constant &C) {
  return isa<Function, DSOLocalEquivalent>(C) ||
         (isa<ConstantExpr>(C) && any_of(C.operands(), [](const Use &Operand) {
            return namesFunction(*cast<Constant>(Operand));
          }));
}

/// trunc (sub (ptrtoint @f), (ptrtoint @table))
static bool isRelativeAddress(const Constant &C) {
  const auto *Expr = dyn_cast<ConstantExpr>(&C);
  return Expr &&
         (Expr->getOpcode() == Instruction::Trunc ||
          Expr->getOpcode() == Instruction::Sub) &&
         namesFunction(*Expr);
}

static bool holdsRelativeAddress(const Constant &C) {
  return isRelativeAddress(C) ||
         (isa<ConstantAggregate>(C) &&
          any_of(C.operands(), [](const Use &Element) {
            return holdsRelativeAddress(*cast<Constant>(Element));
          }));
}

const GlobalVariable *findRelativeAddress(const Module &M) {
  for (const GlobalVariable &G : M.globals())
    if (G.hasInitializer() && !G.getName().starts_with("llvm.") &&
        holdsRelativeAddress(*G.getInitializer()))
      return &G;
  return nullptr;
}

LoadInst *loadPointer(IRBuilderBase &B, GlobalVariable &Pointer,
                      bool IsInvariant) {
  LoadInst *Address =
      B.CreateAlignedLoad(B.getPtrTy(), &Pointer, Pointer.getAlign());
  if (IsInvariant)
    Address->setMetadata(LLVMContext::MD_invariant_load,
                         MDNode::get(B.getContext(), {}));
  else
    Address->setAtomic(AtomicOrdering::Monotonic);
  markNoSanitize(*Address);
  return Address;
}

void hideFromSanitizers(GlobalVariable &G) {
  GlobalValue::SanitizerMetadata None;
  None.NoAddress = None.NoHWAddress = true;
  G.setSanitizerMetadata(None);
}

GlobalVariable *makePointerVariable(Module &M, const Twine &Name,
                                    GlobalValue::LinkageTypes Linkage,
                                    Constant *Initial) {
  auto *Pointer = new GlobalVariable(
      M, PointerType::get(M.getContext(), 0), /*isConstant=*/false, Linkage,
      Initial, Name, /*InsertBefore=*/nullptr, GlobalValue::NotThreadLocal,
      /*AddressSpace=*/0, /*isExternallyInitialized=*/true);
  Pointer->setAlignment(M.getDataLayout().getPointerABIAlignment(0));
  if (!GlobalValue::isLocalLinkage(Linkage))
    Pointer->setVisibility(GlobalValue::HiddenVisibility);
  Pointer->setDSOLocal(true);
  hideFromSanitizers(*Pointer);
  return Pointer;
}

void makeComdat(GlobalObject &G) {
  G.setComdat(G.getParent()->getOrInsertComdat(G.getName()));
}

} // namespace hcr
