// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What orders new code behind its data, told to ThreadSanitizer.
//
// A thread comes into new code by a slot, whose content another thread stored
// after it had made the image's new variables. The slot is loaded without an
// order of its own, or by the jump of a stable entry, and the jump orders
// enough for the processor; but ThreadSanitizer sees neither, and would
// report the first use of each new variable. So what makes an image ready ends
// with a release, and each of its functions begins with an acquire:
//
//     define void @hcr.init() {            define i32 @F_actual() {
//       ...                                  call void
//       @__tsan_acquire(@hcr.state) call void @__tsan_release(@hcr.state)  ...
//
// Only in images, and only in functions that ThreadSanitizer looks at.
#include "Lowering.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;

namespace hcr {

void tellRaceDetector(Lowering &L, Function &Init, GlobalVariable &State) {
  Module &M = L.M;
  SmallVector<Function *, 0> Seen;
  for (Function &F : M)
    if (!F.isDeclaration() && F.hasFnAttribute(Attribute::SanitizeThread) &&
        !F.hasFnAttribute(Attribute::Naked) && &F != &Init)
      Seen.push_back(&F);
  if (Seen.empty())
    return;
  auto *Type = FunctionType::get(Type::getVoidTy(M.getContext()),
                                 {State.getType()}, /*isVarArg=*/false);
  FunctionCallee Acquire = M.getOrInsertFunction("__tsan_acquire", Type),
                 Release = M.getOrInsertFunction("__tsan_release", Type);
  for (Function *F : Seen) {
    BasicBlock &Entry = F->getEntryBlock();
    IRBuilder<> B(&Entry, Entry.getFirstNonPHIOrDbgOrAlloca());
    if (DISubprogram *Source = F->getSubprogram())
      B.SetCurrentDebugLocation(DILocation::get(M.getContext(), 0, 0, Source));
    B.CreateCall(Acquire, {&State});
  }
  for (Function *F : {&Init, M.getFunction("hcr.dat_init")})
    for (BasicBlock &Block : *F)
      if (auto *Return = dyn_cast<ReturnInst>(Block.getTerminator()))
        IRBuilder<>(Return).CreateCall(Release, {&State});
}

} // namespace hcr
