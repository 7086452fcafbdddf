// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AddressUses.h"
#include "Lowering.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"
#include <map>

using namespace llvm;

namespace hcr {
namespace {

struct Constructor {
  uint32_t Priority;
  Function *F;
};

SmallVector<Constructor, 4> readList(Module &M, StringRef ListName) {
  SmallVector<Constructor, 4> Result;
  auto *List = M.getNamedGlobal(ListName);
  if (!List || !List->hasInitializer())
    return Result;
  auto *Rows = dyn_cast<ConstantArray>(List->getInitializer());
  if (!Rows)
    return Result;
  for (const Use &Row : Rows->operands()) {
    auto *Fields = cast<ConstantStruct>(Row);
    auto *F = dyn_cast<Function>(Fields->getOperand(1)->stripPointerCasts());
    if (F && !F->isDeclaration())
      Result.push_back(
          {static_cast<uint32_t>(
               cast<ConstantInt>(Fields->getOperand(0))->getZExtValue()),
           F});
  }
  return Result;
}

/// `_GLOBAL__sub_I_file.cpp` calls one function per dynamic initialiser.
bool isListOfInitializers(const Function &F) {
  return F.getName().starts_with("_GLOBAL__");
}

bool isInitializerOfVariable(const Function &F) {
  return F.getName().starts_with("__cxx_global_var_init");
}

/// Which variables does a dynamic initialiser initialise? The IR does not say
/// it, but at this point it is just as Clang wrote it, so these are tried in
/// turn: the object whose destructor is registered; what is stored to; what a
/// constructor or a function returning a structure is given first.
class InitializedVariables {
  const Plan &P;

public:
  explicit InitializedVariables(const Plan &P) : P(P) {}

  SmallVector<GlobalVariable *, 2> of(const Function &Initializer) const {
    SmallVector<GlobalVariable *, 2> Destroyed, Stored, Constructed;
    for (const BasicBlock &Block : Initializer)
      for (const Instruction &I : Block) {
        if (const auto *Store = dyn_cast<StoreInst>(&I))
          add(Stored, Store->getPointerOperand());
        else if (const auto *Memory = dyn_cast<MemIntrinsic>(&I))
          add(Stored, Memory->getRawDest());
        else if (const auto *Call = dyn_cast<CallBase>(&I))
          addCall(*Call, Destroyed, Constructed);
      }
    if (!Destroyed.empty())
      return Destroyed;
    return Stored.empty() ? Constructed : Stored;
  }

private:
  void add(SmallVectorImpl<GlobalVariable *> &List,
           const Value *Address) const {
    auto *G = const_cast<GlobalVariable *>(
        dyn_cast<GlobalVariable>(getUnderlying(Address)));
    if (G && is_contained(P.Globals, G) && !is_contained(List, G))
      List.push_back(G);
  }

  static const Value *getUnderlying(const Value *Address) {
    while (true) {
      Address = Address->stripPointerCasts();
      if (const auto *Gep = dyn_cast<GEPOperator>(Address))
        Address = Gep->getPointerOperand();
      else if (const auto *Phi = dyn_cast<PHINode>(Address);
               Phi && isa<Constant>(Phi->getIncomingValue(0)))
        Address = Phi->getIncomingValue(0); // a loop over an array's elements
      else
        return Address;
    }
  }

  /// Complete and base-object constructors: plain ones, templates, inherited.
  static bool isConstructor(StringRef Name) {
    return Name.starts_with("_Z") &&
           any_of(ArrayRef<StringRef>{"C1E", "C2E", "C1I", "C2I", "CI1", "CI2"},
                  [Name](StringRef Part) { return Name.contains(Part); });
  }

  void addCall(const CallBase &Call,
               SmallVectorImpl<GlobalVariable *> &Destroyed,
               SmallVectorImpl<GlobalVariable *> &Constructed) const {
    const Function *Callee = Call.getCalledFunction();
    if (Callee && Callee->getName() == "__cxa_atexit" && Call.arg_size() == 3) {
      add(Destroyed, Call.getArgOperand(1));
      return;
    }
    if (Call.arg_empty() || !Call.getArgOperand(0)->getType()->isPointerTy())
      return;
    if (isConstructor(Callee ? Callee->getName() : "") ||
        Call.hasStructRetAttr())
      add(Constructed, Call.getArgOperand(0));
  }
};

class InitializerLowering {
  Lowering &L;
  Module &M;
  LLVMContext &Ctx;
  GlobalVariable *State;

public:
  InitializerLowering(Lowering &L, GlobalVariable *State)
      : L(L), M(L.M), Ctx(M.getContext()), State(State) {}

  /// Constructors of a host image run as ever; a later image must only know
  /// which of the user's have run.
  void markConstructors() {
    for (const Constructor &C : readList(M, "llvm.global_ctors"))
      if (!isListOfInitializers(*C.F) && !isInitializerOfVariable(*C.F))
        makeMarker(C.F->getName());
    for (const Constructor &C : readList(M, "llvm.global_dtors"))
      makeMarker(C.F->getName());
  }

  Function *moveConstructors() {
    auto Constructors = readByPriority("llvm.global_ctors");
    // Registered upwards, so run downwards, as the linker's list is, and
    // registered first, so run after all objects are gone.
    auto Destructors = readByPriority("llvm.global_dtors");
    eraseList("llvm.global_ctors");
    eraseList("llvm.global_dtors");

    Function *Init = makeFunction("hcr.init");
    IRBuilder<> Body(&Init->getEntryBlock().back());
    if (!Destructors.empty()) {
      Function *Part = makeFunction("hcr.init.destructors");
      for (auto &[Priority, Functions] : Destructors)
        for (Function *F : Functions)
          addDestructor(*Part, *F);
      Body.CreateCall(Part);
      makeStartUp(*Part, 1); // after hcr.register, before every constructor
    }
    for (auto &[Priority, Functions] : Constructors) {
      Function *Part = makeFunction("hcr.init." + Twine(Priority));
      for (Function *F : Functions)
        addConstructor(*Part, *F);
      Body.CreateCall(Part);
      makeStartUp(*Part, Priority);
    }
    return Init;
  }

private:
  /// By priority, then in the order of the source.
  std::map<uint32_t, SmallVector<Function *, 4>>
  readByPriority(StringRef Name) {
    std::map<uint32_t, SmallVector<Function *, 4>> Result;
    for (const Constructor &C : readList(M, Name))
      Result[C.Priority].push_back(C.F);
    return Result;
  }

  void eraseList(StringRef Name) {
    if (GlobalVariable *List = M.getNamedGlobal(Name))
      List->eraseFromParent();
  }

  /// define internal void @Name() { ret void }
  Function *makeFunction(const Twine &Name) {
    auto *F = Function::Create(FunctionType::get(Type::getVoidTy(Ctx), false),
                               GlobalValue::InternalLinkage, Name, M);
    F->setDSOLocal(true);
    ReturnInst::Create(Ctx, BasicBlock::Create(Ctx, "", F));
    return F;
  }

  /// A byte that is 1 until the runtime finds that its variable lived before.
  GlobalVariable *freshByteOf(GlobalVariable &G) {
    GlobalVariable *&Fresh = L.Fresh[&G];
    if (!Fresh) {
      auto *Int8 = Type::getInt8Ty(Ctx);
      Fresh = new GlobalVariable(M, Int8, false, GlobalValue::InternalLinkage,
                                 ConstantInt::get(Int8, 1),
                                 plainName(G) + ".fresh");
      Fresh->setExternallyInitialized(true);
      Fresh->setDSOLocal(true);
      hideFromSanitizers(*Fresh);
    }
    return Fresh;
  }

  /// A persistent byte that stands for "this constructor has run".
  GlobalVariable *makeMarker(StringRef FunctionName) {
    auto *Int8 = Type::getInt8Ty(Ctx);
    std::string Name = (FunctionName + ".ran").str();
    if (GlobalVariable *Known = M.getNamedGlobal(Name))
      return Known;
    auto *Marker =
        new GlobalVariable(M, Int8, false, GlobalValue::InternalLinkage,
                           ConstantInt::get(Int8, 0), Name);
    Marker->setDSOLocal(true);
    L.P.Globals.push_back(Marker);
    return Marker;
  }

  Value *isAnyFresh(IRBuilder<> &B, ArrayRef<GlobalVariable *> Variables) {
    Value *Any = B.getInt8(0);
    for (GlobalVariable *G : Variables)
      Any = B.CreateOr(Any, B.CreateLoad(B.getInt8Ty(), freshByteOf(*G)));
    return B.CreateICmpNE(Any, B.getInt8(0));
  }

  /// Appends to \p Part:  if (any of \p Variables is fresh) F();
  void addGuardedCall(Function &Part, Function &F,
                      ArrayRef<GlobalVariable *> Variables) {
    Instruction *End = Part.back().getTerminator();
    IRBuilder<> B(End);
    Value *Condition = isAnyFresh(B, Variables);
    IRBuilder<>(SplitBlockAndInsertIfThen(Condition, End, false))
        .CreateCall(&F);
  }

  void addConstructor(Function &Part, Function &F) {
    // An inline variable's initialiser has the comdat of the variable, whose
    // copy in another object may be the one that is kept.
    F.setComdat(nullptr);
    if (isListOfInitializers(F)) {
      guardListedInitializers(F);
      IRBuilder<>(Part.back().getTerminator()).CreateCall(&F);
    } else if (isInitializerOfVariable(F)) {
      addGuardedCall(Part, F, variablesOf(F));
    } else {
      addGuardedCall(Part, F, makeMarker(F.getName()));
    }
  }

  /// An initialiser whose variable is not found runs when the module is new.
  SmallVector<GlobalVariable *, 2> variablesOf(Function &Initializer) {
    auto Found = InitializedVariables(L.P).of(Initializer);
    if (Found.empty())
      Found.push_back(makeMarker("hcr.module"));
    return Found;
  }

  void guardListedInitializers(Function &List) {
    SmallVector<CallInst *, 8> Calls;
    for (Instruction &I : List.getEntryBlock())
      if (auto *Call = dyn_cast<CallInst>(&I))
        if (Call->getCalledFunction() && Call->arg_empty() &&
            !Call->getCalledFunction()->isDeclaration())
          Calls.push_back(Call);
    for (CallInst *Call : Calls) {
      IRBuilder<> B(Call);
      Value *Condition = isAnyFresh(B, variablesOf(*Call->getCalledFunction()));
      Instruction *Then = SplitBlockAndInsertIfThen(Condition, Call, false);
      Call->moveBefore(Then);
    }
  }

  /// A destructor function runs at exit, registered once in the process's
  /// life through its stable entry.
  void addDestructor(Function &Part, Function &F) {
    Type *Ptr = PointerType::get(Ctx, 0);
    FunctionCallee AtExit = M.getOrInsertFunction(
        "__cxa_atexit", Type::getInt32Ty(Ctx), Ptr, Ptr, Ptr);
    Instruction *End = Part.back().getTerminator();
    IRBuilder<> B(End);
    Value *Condition = isAnyFresh(B, makeMarker(F.getName()));
    IRBuilder<> Then(SplitBlockAndInsertIfThen(Condition, End, false));
    Constant *Null = ConstantPointerNull::get(PointerType::get(Ctx, 0));
    Then.CreateCall(AtExit, {&F, Null, Null});
  }

  /// Without a runtime, or in a program, start-up code runs the part at its
  /// own priority; in an image that the runtime loads it leaves that to it.
  void makeStartUp(Function &Part, uint32_t Priority) {
    Function *StartUp = makeFunction(Part.getName() + ".start_up");
    Instruction *End = StartUp->getEntryBlock().getTerminator();
    IRBuilder<> B(End);
    Value *Bits = B.CreateAnd(B.CreateLoad(B.getInt32Ty(), State),
                              B.getInt32(HCR_STATE_RUNTIME));
    Value *IsOurs = B.CreateICmpEQ(Bits, B.getInt32(0));
    IRBuilder<>(SplitBlockAndInsertIfThen(IsOurs, End, false))
        .CreateCall(&Part);
    appendToGlobalCtors(M, StartUp, Priority);
  }
};

} // namespace

Function *lowerInitializers(Lowering &L, GlobalVariable *State) {
  InitializerLowering Initializers(L, State);
  if (L.Opts.isHost()) {
    Initializers.markConstructors();
    return nullptr;
  }
  // Destructors of persistent objects belong to the process, not to an image,
  // which may go before them: registered without a handle, they run at exit.
  if (GlobalVariable *Handle = L.M.getNamedGlobal("__dso_handle"))
    if (Handle->isDeclaration() && L.Opts.IsImage) {
      Handle->replaceAllUsesWith(Constant::getNullValue(Handle->getType()));
      Handle->eraseFromParent();
    }
  return Initializers.moveConstructors();
}

} // namespace hcr
