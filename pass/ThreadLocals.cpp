// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AddressUses.h"
#include "Lowering.h"
#include "llvm/IR/IntrinsicInst.h"

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

/// Every access outside the accessor asks whoever owns the storage.
void callAccessor(GlobalVariable &T, const Function &Accessor,
                  GlobalVariable &Slot) {
  SmallVector<IntrinsicInst *, 8> Accesses;
  for (User *U : T.users())
    if (auto *I = dyn_cast<IntrinsicInst>(U))
      if (I->getIntrinsicID() == Intrinsic::threadlocal_address &&
          I->getFunction() != &Accessor)
        Accesses.push_back(I);
  for (IntrinsicInst *Access : Accesses) {
    IRBuilder<> B(Access);
    CallInst *Address =
        B.CreateCall(Accessor.getFunctionType(), loadSlot(B, Slot));
    Address->setDoesNotThrow();
    Access->replaceAllUsesWith(Address);
    Access->eraseFromParent();
  }
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
  for (GlobalVariable *T : L.P.ThreadLocals) {
    ProcRow Row;
    Row.Name = (plainName(*T) + ".tls").str();
    Row.Flags = scopeOf(*T) | HCR_PROC_THREAD_LOCAL |
                (isInlineDefinition(*T) ? HCR_PROC_INLINE : 0);
    Function *Accessor = makeAccessor(L.M, *T);
    Row.Body = Accessor;
    if (!IsHost) {
      GlobalVariable *Slot = makeAccessorSlot(L.M, *T, *Accessor);
      callAccessor(*T, *Accessor, *Slot);
      Row.Slot = Slot;
    }
    L.Table.Procs.push_back(Row);
  }
  if (IsHost)
    return;
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
