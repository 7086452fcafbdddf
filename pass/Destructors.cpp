// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whoever destroys a variable, exit or the runtime, does it through one flag.
//
// The flag is a persistent variable beside its object: `g.alive` has the
// linkage and the comdat of g, is kept when g is kept and is new when g is new.
// It holds the address of the object, or null. What is registered for exit gets
// the address of the flag, because pointers to variables follow the newest
// variable of a name: when g is removed and added again, each of the two is
// destroyed by its own registration.
#include "AddressUses.h"
#include "Lowering.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace hcr {
namespace {

class DestructorLowering {
  Lowering &L;
  Module &M;
  LLVMContext &Ctx;
  PointerType *Ptr;
  Function *Once = nullptr;
  struct Parts {
    GlobalVariable *Alive;
    Function *AtExit;
  };
  DenseMap<const GlobalVariable *, Parts> Made;

public:
  explicit DestructorLowering(Lowering &L)
      : L(L), M(L.M), Ctx(M.getContext()), Ptr(PointerType::get(Ctx, 0)) {}

  void run() {
    for (const ExitRegistration &R : L.Dynamic.Registrations)
      if ((is_contained(L.P.Globals, R.Object) ||
           is_contained(L.P.FixedGlobals, R.Object)) &&
          !L.P.Untouched.contains(R.Call->getFunction()))
        lower(*R.Call, *R.Object);
  }

private:
  void lower(CallBase &Call, GlobalVariable &G) {
    auto [Place, IsNew] = Made.try_emplace(&G);
    if (IsNew)
      Place->second = make(G, destructorOf(Call, G));
    auto [Alive, AtExit] = Place->second;
    IRBuilder<> B(&Call);
    // The runtime may look from another thread.
    B.CreateAlignedStore(&G, Alive, Alive->getAlign())
        ->setAtomic(AtomicOrdering::Release);
    if (Call.arg_size() == 3) {
      Call.setArgOperand(0, AtExit);
      Call.setArgOperand(1, Alive);
      return;
    }
    // atexit(__dtor_g): libc's own way of keeping an argument.
    FunctionCallee Register = M.getOrInsertFunction(
        "__cxa_atexit", Type::getInt32Ty(Ctx), Ptr, Ptr, Ptr);
    auto *Handle = cast<GlobalVariable>(
        M.getOrInsertGlobal("__dso_handle", Type::getInt8Ty(Ctx)));
    Handle->setVisibility(GlobalValue::HiddenVisibility);
    Handle->setDSOLocal(true);
    CallInst *New = B.CreateCall(Register, {AtExit, Alive, Handle});
    New->setDoesNotThrow();
    Call.replaceAllUsesWith(New);
    Call.eraseFromParent();
  }

  /// A function of the object's address.
  Constant &destructorOf(CallBase &Registration, GlobalVariable &G) {
    auto *Destructor = cast<Constant>(Registration.getArgOperand(0));
    if (Registration.arg_size() == 1)
      for (Instruction &I : instructions(cast<Function>(Destructor)))
        if (auto *Call = dyn_cast<CallBase>(&I); Call && Call->arg_size()) {
          Destructor = cast<Constant>(Call->getCalledOperand());
          break;
        }
    auto *F = dyn_cast<Function>(Destructor);
    if (F && F->getName().starts_with("__cxx_global_array_dtor"))
      useArgument(*F, G);
    return *Destructor;
  }

  /// Clang's destructor of an array names the array and gets null.
  void useArgument(Function &F, GlobalVariable &G) {
    expandConstantUses({&G});
    G.replaceUsesWithIf(F.getArg(0), [&](const Use &U) {
      auto *I = dyn_cast<Instruction>(U.getUser());
      return I && I->getFunction() == &F;
    });
  }

  Parts make(GlobalVariable &G, Constant &Destructor) {
    auto *Alive = new GlobalVariable(M, Ptr, false, G.getLinkage(),
                                     ConstantPointerNull::get(Ptr),
                                     plainName(G) + ".alive");
    Alive->setVisibility(G.getVisibility());
    Alive->setDSOLocal(G.isDSOLocal());
    Alive->setAlignment(M.getDataLayout().getPointerABIAlignment(0));
    if (G.hasComdat())
      makeComdat(*Alive);
    hideFromSanitizers(*Alive);
    L.P.Globals.push_back(Alive);

    Function *AtExit = begin(plainName(G) + ".at_exit", {Ptr});
    IRBuilder<> B(&AtExit->back());
    B.CreateCall(once(), {AtExit->getArg(0), &Destructor});
    B.CreateRetVoid();
    Function *Destroy = begin(plainName(G) + ".destroy", {});
    B.SetInsertPoint(&Destroy->back());
    B.CreateCall(AtExit, {Alive});
    B.CreateRetVoid();
    L.Destroy[&G] = Destroy;
    return {Alive, AtExit};
  }

  /// The destructor is an argument and not called by name, so that its stable
  /// entry is what is called: the newest version destroys, also at exit.
  Function *once() {
    if (Once)
      return Once;
    Once = begin("hcr.destroy", {Ptr, Ptr});
    IRBuilder<> B(&Once->back());
    Value *Object = B.CreateAtomicRMW(
        AtomicRMWInst::Xchg, Once->getArg(0), ConstantPointerNull::get(Ptr),
        M.getDataLayout().getPointerABIAlignment(0),
        AtomicOrdering::AcquireRelease);
    Instruction *End = B.CreateRetVoid();
    B.SetInsertPoint(End);
    Value *IsAlive = B.CreateIsNotNull(Object);
    IRBuilder<>(SplitBlockAndInsertIfThen(IsAlive, End, false))
        .CreateCall(FunctionType::get(Type::getVoidTy(Ctx), {Ptr}, false),
                    Once->getArg(1), {Object});
    return Once;
  }

  Function *begin(const Twine &Name, ArrayRef<Type *> Parameters) {
    auto *F = Function::Create(
        FunctionType::get(Type::getVoidTy(Ctx), Parameters, false),
        GlobalValue::InternalLinkage, Name, M);
    F->setDSOLocal(true);
    BasicBlock::Create(Ctx, "", F);
    return F;
  }
};

} // namespace

void lowerDestructors(Lowering &L) { DestructorLowering(L).run(); }

} // namespace hcr
