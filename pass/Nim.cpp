// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Nim.h"
#include "NamesFormat.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;

namespace hcr {

bool isNimModule(const Module &M) {
  return isGeneratedByNim(M.getSourceFileName());
}

bool belongsToVersion(const GlobalValue &G) {
  if (!G.hasLocalLinkage() || !isNimModule(*G.getParent()))
    return false;
  // The collector calls markers through type information, which a new version
  // fills with its own; statics of functions have the function's name in front.
  StringRef Name = G.getName();
  // What a check of an object's type found out last is known by a number.
  return Name.starts_with("TM__") || Name.contains(".TM__") ||
         Name.starts_with("Nim_OfCheck_CACHE") ||
         (isa<Function>(G) && Name.starts_with("Marker_"));
}

Function *startUpCode(Module &M) {
  // In the program's main module it has a name of its own.
  for (Function &F : M)
    if (!F.isDeclaration() && F.arg_empty() &&
        (F.getName().ends_with("_Init000") || F.getName() == "NimMainModule"))
      return &F;
  return nullptr;
}

bool isStartUpCode(const Function &F) {
  return F.getName().ends_with("_Init000") ||
         F.getName().ends_with("_DatInit000") ||
         is_contained({"NimMainModule", "NimMainInner", "NimMain", "PreMain",
                       "PreMainInner", "main"},
                      F.getName());
}

void fillTypeInfos(Module &M, Function &Init) {
  IRBuilder<> B(&Init.getEntryBlock().front());
  for (Function &F : M)
    if (!F.isDeclaration() && F.arg_empty() &&
        F.getName().ends_with("_DatInit000"))
      B.CreateCall(&F);
}

} // namespace hcr
