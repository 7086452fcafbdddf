// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AddressUses.h"
#include "Lowering.h"
#include "TypeLayout.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace hcr {
namespace {

/// define internal ptr @t.tls() { ret ptr @llvm.threadlocal.address(@t) }
Function *makeAccessor(Module &M, GlobalVariable &T) {
  auto *Accessor = Function::Create(
      FunctionType::get(PointerType::get(M.getContext(), 0), false),
      GlobalValue::InternalLinkage, plainName(T) + ".tls", M);
  Accessor->setDSOLocal(true);
  Accessor->addFnAttr(Attribute::NoInline);
  Accessor->addFnAttr(Attribute::NoUnwind);
  IRBuilder<> B(BasicBlock::Create(M.getContext(), "", Accessor));
  B.CreateRet(B.CreateThreadLocalAddress(&T));
  return Accessor;
}

GlobalVariable *makeAccessorSlot(Module &M, GlobalVariable &T,
                                 Function &Accessor) {
  return makePointerVariable(M, plainName(T) + ".tls.slot",
                             GlobalValue::InternalLinkage, &Accessor);
}

/// Every access outside the accessor asks whoever owns the storage. Clang
/// writes most as intrinsics, but constructors and guards name the variable.
void callAccessor(GlobalVariable &T, const Function &Accessor,
                  GlobalVariable &Slot) {
  expandConstantUses({&T});
  auto MakeCall = [&](Instruction *Before) {
    IRBuilder<> B(Before);
    CallInst *Address =
        B.CreateCall(Accessor.getFunctionType(), loadSlot(B, Slot));
    Address->setDoesNotThrow();
    return Address;
  };
  SmallVector<Use *, 8> Uses;
  for (Use &U : T.uses())
    if (auto *I = dyn_cast<Instruction>(U.getUser());
        I && I->getFunction() != &Accessor)
      Uses.push_back(&U);
  for (Use *U : Uses) {
    auto *I = cast<Instruction>(U->getUser());
    if (auto *Phi = dyn_cast<PHINode>(I)) {
      // All edges from one block need one value.
      BasicBlock *Block = Phi->getIncomingBlock(*U);
      if (U->get() == &T)
        Phi->setIncomingValueForBlock(Block, MakeCall(Block->getTerminator()));
    } else if (auto *Access = dyn_cast<IntrinsicInst>(I);
               Access &&
               Access->getIntrinsicID() == Intrinsic::threadlocal_address) {
      Access->replaceAllUsesWith(MakeCall(Access));
      Access->eraseFromParent();
    } else {
      U->set(MakeCall(I));
    }
  }
}

/// An initial value with addresses in it, which in an image only the runtime
/// knows, becomes an ordinary variable, and the accessor copies it when a
/// thread asks for the first time.
///
///     @t = thread_local global ptr @g
/// becomes
///     @t = thread_local global ptr null
///     @t.initial = internal global ptr @g            ; has a fix-up
///     @t.ready = internal thread_local global i8 0
void copyInitialValue(GlobalVariable &T, Function &Accessor) {
  Module &M = *T.getParent();
  Constant *Initial = T.getInitializer();
  if (!Initial->needsDynamicRelocation())
    return;
  auto *Values = new GlobalVariable(M, T.getValueType(), /*isConstant=*/false,
                                    GlobalValue::InternalLinkage, Initial,
                                    plainName(T) + ".initial");
  Values->setAlignment(T.getAlign());
  T.setInitializer(Constant::getNullValue(T.getValueType()));
  T.setConstant(false);
  auto *Int8 = Type::getInt8Ty(M.getContext());
  auto *Ready = new GlobalVariable(
      M, Int8, /*isConstant=*/false, GlobalValue::InternalLinkage,
      ConstantInt::get(Int8, 0), plainName(T) + ".ready",
      /*InsertBefore=*/nullptr, GlobalValue::GeneralDynamicTLSModel);
  auto *Return = cast<ReturnInst>(Accessor.getEntryBlock().getTerminator());
  IRBuilder<> B(Return);
  Value *IsReady = B.CreateThreadLocalAddress(Ready);
  Value *IsNew = B.CreateICmpEQ(B.CreateLoad(Int8, IsReady), B.getInt8(0));
  IRBuilder<> Then(SplitBlockAndInsertIfThen(IsNew, Return, false));
  Then.CreateStore(Then.getInt8(1), IsReady);
  MaybeAlign Alignment = M.getDataLayout().getValueOrABITypeAlignment(
      T.getAlign(), T.getValueType());
  Then.CreateMemCpy(Return->getReturnValue(), Alignment, Values, Alignment,
                    M.getDataLayout().getTypeAllocSize(T.getValueType()));
}

/// Which thread-locals does a function of Clang's initialise, as far as its
/// code tells? The one whose destructor it registers; else those to which it
/// stores; else those that it gives to a constructor.
GlobalVariable *initializedBy(const Function &Initializer) {
  GlobalVariable *Destroyed = nullptr, *Stored = nullptr,
                 *Constructed = nullptr;
  auto Add = [](GlobalVariable *&First, const Value *Address) {
    GlobalVariable *G = variableAt(Address);
    if (!First && G && G->isThreadLocal())
      First = G;
  };
  for (const Instruction &I : instructions(Initializer)) {
    if (const auto *Store = dyn_cast<StoreInst>(&I)) {
      Add(Stored, Store->getPointerOperand());
    } else if (const auto *Memory = dyn_cast<MemIntrinsic>(&I)) {
      Add(Stored, Memory->getRawDest());
    } else if (const auto *Call = dyn_cast<CallBase>(&I)) {
      const Function *Callee = Call->getCalledFunction();
      if (Callee && Callee->getName() == "__cxa_thread_atexit")
        Add(Destroyed, Call->getArgOperand(1));
      else if (!Call->arg_empty() && !isa<IntrinsicInst>(Call))
        Add(Constructed, Call->getArgOperand(0));
    }
  }
  return Destroyed ? Destroyed : Stored ? Stored : Constructed;
}

/// `__tls_init` runs all dynamic initialisers of the module's thread-locals
/// once in a thread, which `__tls_guard` remembers. Each version of the module
/// has its own of both, so what is remembered for good is which variables were
/// made, in a byte each that belongs to the variable:
///
///     call void @__cxx_global_var_init()
/// becomes
///     if (!x.made) { x.made = 1; call void @__cxx_global_var_init() }
///
/// In host bindings too: who comes first, the host's function or an image's,
/// is open in each thread.
void makeEachOnce(Lowering &L, Function &InitAll) {
  LLVMContext &Ctx = L.M.getContext();
  auto *Int8 = Type::getInt8Ty(Ctx);
  DenseMap<GlobalVariable *, GlobalVariable *> Made;
  SmallVector<CallInst *, 8> Calls;
  for (Instruction &I : instructions(InitAll))
    if (auto *Call = dyn_cast<CallInst>(&I))
      if (Function *F = Call->getCalledFunction();
          F && !F->isDeclaration() && Call->arg_empty())
        Calls.push_back(Call);
  auto Declared = L.Known.initializedInOrder(/*ThreadLocal=*/true);
  for (auto [I, Call] : enumerate(Calls)) {
    GlobalVariable *Variable = Declared.size() == Calls.size()
                                   ? Declared[I]
                                   : initializedBy(*Call->getCalledFunction());
    if (!Variable)
      continue;
    GlobalVariable *&Byte = Made[Variable];
    if (!Byte) {
      Byte = new GlobalVariable(
          L.M, Int8, /*isConstant=*/false, GlobalValue::InternalLinkage,
          ConstantInt::get(Int8, 0), plainName(*Variable) + ".made",
          /*InsertBefore=*/nullptr, Variable->getThreadLocalMode());
      L.P.ThreadLocals.push_back(Byte);
    }
    IRBuilder<> B(Call);
    Value *Address = B.CreateThreadLocalAddress(Byte);
    Value *IsNew = B.CreateICmpEQ(B.CreateLoad(Int8, Address), B.getInt8(0));
    Instruction *Then = SplitBlockAndInsertIfThen(IsNew, Call, false);
    new StoreInst(ConstantInt::get(Int8, 1), Address, Then);
    Call->moveBefore(Then);
  }
}

/// Destructors of an image's thread-locals are its code: the C library must
/// know that, and does not understand the null that lowerInitializers() gives
/// to those of other objects.
void registerWithImage(Module &M) {
  Function *Register = M.getFunction("__cxa_thread_atexit");
  if (!Register)
    return;
  auto *Int8 = Type::getInt8Ty(M.getContext());
  GlobalVariable *Handle = nullptr;
  for (User *U : Register->users())
    if (auto *Call = dyn_cast<CallBase>(U);
        Call && Call->getCalledFunction() == Register &&
        isa<ConstantPointerNull>(Call->getArgOperand(2))) {
      if (!Handle)
        Handle = new GlobalVariable(M, Int8, /*isConstant=*/true,
                                    GlobalValue::InternalLinkage,
                                    ConstantInt::get(Int8, 0), "hcr.handle");
      Call->setArgOperand(2, Handle);
    }
}

/// The row by which the runtime sees that a variable changed.
GlobalRow makeValueRow(const Lowering &L, GlobalVariable &T) {
  GlobalRow Row;
  TypeLayout Layout = layoutOf(T);
  Row.Name = (plainName(T) + ".tls").str();
  Row.Flags = scopeOf(T) | HCR_GLOBAL_THREAD_LOCAL |
              (isInlineDefinition(T) ? HCR_GLOBAL_INLINE : 0);
  Row.Size = L.M.getDataLayout().getTypeAllocSize(T.getValueType());
  Row.InitialHash = L.Ids.Content.lookup(&T);
  Row.Layout = Layout.Hash;
  Row.TypeName = Layout.Name;
  if (const TypeFacts *Type = L.Known.type(T)) {
    Row.Type = L.Table.Types.add(*Type, L.Known);
    Row.TypeName = Type->Name;
  }
  Row.Align = 1;
  return Row;
}

/// `_ZTH3foo` runs the dynamic initialisers of this module's thread-locals in
/// a thread; other modules call it before they use foo. It belongs to the
/// storage, so the first version's stays the one.
void addInitializers(Lowering &L) {
  auto Add = [&L](GlobalValue &G, Function &Body) {
    if (!plainName(G).starts_with("_ZTH") || G.isDeclaration())
      return;
    ProcRow Row;
    Row.Name = plainName(G);
    Row.Flags = scopeOf(G) | HCR_PROC_THREAD_LOCAL;
    Row.Signature = hashSignature(Body);
    Row.Body = locallyBound(Body);
    L.Table.Procs.push_back(Row);
  };
  for (Function &F : L.M)
    if (!isInlineDefinition(F))
      Add(F, F);
  for (GlobalAlias &A : L.M.aliases())
    if (auto *F = dyn_cast<Function>(A.getAliasee()->stripPointerCasts()))
      Add(A, *F);
}

} // namespace

void lowerThreadLocals(Lowering &L) {
  const bool IsHost = L.Opts.isHost();
  addInitializers(L);
  // An image is loaded late, where the other models do not work.
  if (L.Opts.IsImage)
    for (GlobalVariable &G : L.M.globals())
      if (G.isThreadLocal())
        G.setThreadLocalMode(GlobalValue::GeneralDynamicTLSModel);
  if (Function *InitAll = L.M.getFunction("__tls_init"))
    if (!InitAll->isDeclaration())
      makeEachOnce(L, *InitAll);
  for (GlobalVariable *T : L.P.ThreadLocals) {
    L.Table.Globals.push_back(makeValueRow(L, *T));
    ProcRow Row;
    Row.Name = (plainName(*T) + ".tls").str();
    Row.Flags = scopeOf(*T) | HCR_PROC_THREAD_LOCAL |
                (isInlineDefinition(*T) ? HCR_PROC_INLINE : 0);
    Function *Accessor = makeAccessor(L.M, *T);
    Row.Body = Accessor;
    if (L.Opts.IsImage)
      copyInitialValue(*T, *Accessor);
    if (!IsHost) {
      GlobalVariable *Slot = makeAccessorSlot(L.M, *T, *Accessor);
      callAccessor(*T, *Accessor, *Slot);
      Row.Slot = Slot;
    }
    L.Table.Procs.push_back(Row);
  }
  if (IsHost)
    return;
  if (L.Opts.IsImage)
    registerWithImage(L.M);
  for (GlobalVariable *T : L.P.ImportedThreadLocals) {
    if (T->use_empty())
      continue;
    // If the runtime does not know the variable, the dynamic linker may.
    if (L.Opts.IsImage)
      T->setLinkage(GlobalValue::ExternalWeakLinkage);
    ProcImportRow Row;
    Row.Name = (plainName(*T) + ".tls").str();
    Row.Flags = HCR_PROC_THREAD_LOCAL | HCR_PROC_WEAK;
    Function *Accessor = makeAccessor(L.M, *T);
    GlobalVariable *Slot = makeAccessorSlot(L.M, *T, *Accessor);
    callAccessor(*T, *Accessor, *Slot);
    Row.Slot = Slot;
    L.Table.ProcImports.push_back(Row);
  }
}

} // namespace hcr
