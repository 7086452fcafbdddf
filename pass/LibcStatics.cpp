// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Functions that glibc links statically into each object (libc_nonshared.a):
// no dynamic symbol answers for them, so an image must bring its own. They
// only add the handle of their object to the real call; an image gives none,
// because what it registers belongs to the process and outlives the image.
#include "Lowering.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;

namespace hcr {

/// define internal i32 @Name(args…) { ret @Real(args…, extra nulls…) }
static void forward(Module &M, StringRef Name, StringRef Real,
                    unsigned ExtraNulls) {
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
  forward(M, "atexit", "__cxa_atexit", /*argument, handle*/ 2);
  forward(M, "at_quick_exit", "__cxa_at_quick_exit", /*handle*/ 1);
  forward(M, "pthread_atfork", "__register_atfork", /*handle*/ 1);
}

} // namespace hcr
