// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Functions that glibc links statically into each object (libc_nonshared.a):
// no dynamic symbol answers for them, so an image must bring its own. They
// only add the handle of their object to the real call; an image gives that of
// the program or plugin that it belongs to, because what it registers outlives
// the image, but not the plugin.
#include "AddressUses.h"
#include "Lowering.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;

namespace hcr {

GlobalVariable &exitHandle(Module &M, const Options &Opts) {
  constexpr StringRef Name = "hcr.exit_handle";
  if (GlobalVariable *Known = M.getNamedGlobal(Name))
    return *Known;
  Constant *Initial =
      ConstantPointerNull::get(PointerType::get(M.getContext(), 0));
  if (!Opts.IsImage) {
    GlobalVariable *Handle = M.getNamedGlobal("__dso_handle");
    if (!Handle) {
      // Weak: a program without start-up files has none.
      Handle = new GlobalVariable(M, Type::getInt8Ty(M.getContext()), false,
                                  GlobalValue::ExternalWeakLinkage, nullptr,
                                  "__dso_handle");
      Handle->setVisibility(GlobalValue::HiddenVisibility);
      Handle->setDSOLocal(true);
    }
    Initial = Handle;
  }
  GlobalVariable *G =
      makePointerVariable(M, Name, GlobalValue::LinkOnceODRLinkage, Initial);
  makeComdat(*G);
  return *G;
}

/// define internal i32 @Name(args…) { ret @Real(args…, null…, handle) }
static void forward(Module &M, StringRef Name, StringRef Real,
                    unsigned ExtraNulls, const Options &Opts) {
  Function *F = M.getFunction(Name);
  if (!F || !F->isDeclaration() || F->isVarArg() ||
      !F->getReturnType()->isIntegerTy(32))
    return;
  IRBuilder<> B(BasicBlock::Create(M.getContext(), "", F));
  SmallVector<Value *, 4> Arguments;
  for (Argument &A : F->args()) {
    if (!A.getType()->isPointerTy())
      return F->deleteBody();
    Arguments.push_back(&A);
  }
  Constant *Null = ConstantPointerNull::get(B.getPtrTy());
  Arguments.append(ExtraNulls, Null);
  Arguments.push_back(loadPointer(B, exitHandle(M, Opts), true));
  SmallVector<Type *, 4> Types(Arguments.size(), B.getPtrTy());
  FunctionCallee Callee = M.getOrInsertFunction(
      Real, FunctionType::get(B.getInt32Ty(), Types, /*isVarArg=*/false));
  B.CreateRet(B.CreateCall(Callee, Arguments));
  F->setLinkage(GlobalValue::InternalLinkage);
  F->setDSOLocal(true);
  F->addFnAttr(Attribute::AlwaysInline); // the classifier's word for "direct"
}

void bringLibcStatics(Module &M, const Options &Opts) {
  if (!Opts.IsImage)
    return;
  // The handler gets an argument that it does not look at.
  forward(M, "atexit", "__cxa_atexit", /*argument*/ 1, Opts);
  forward(M, "at_quick_exit", "__cxa_at_quick_exit", 0, Opts);
  forward(M, "pthread_atfork", "__register_atfork", 0, Opts);
}

} // namespace hcr
