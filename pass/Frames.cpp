// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// New code stays on the stack until what it calls has returned.
//
//     define i64 @step(i64 %n) { … %r = tail call i64 @look(ptr %p)   ; jmp
//                                  ret i64 %r }
// becomes
//     define i64 @step(i64 %n) { … %r = notail call i64 @look(ptr %p) ; call
//                                  ret i64 %r }
//
// When `look` crashes because of what `step` gave it, `step` is what changed
// and what a rollback has to call again (decision 0005). After a tail jump no
// trace of it would be left: `look` with the same argument crashes in its old
// version, too. So images, which are the code that can be rolled back, do
// without tail jumps wherever that costs a bounded number of frames:
//
//   musttail         stays, the source asks for it
//   to a pointer     stays: an interpreter may go on like this for ever
//   in a recursion   stays, also in one of several functions of the module
//   to a library     calls of it keep their tail flag, because notail would
//   keep
//                    them from being simplified (printf to puts); the whole
//                    function is told, if nothing of the above is in it
//   anything else    becomes a call
#include "Lowering.h"
#include "llvm/ADT/SCCIterator.h"
#include "llvm/Analysis/CallGraph.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace hcr {
namespace {

/// Functions that can reach each other by calls that name them have the same
/// number.
DenseMap<const Function *, unsigned> recursionsOf(Module &M) {
  DenseMap<const Function *, unsigned> Result;
  CallGraph Calls(M);
  unsigned Number = 0;
  for (auto I = scc_begin(&Calls); !I.isAtEnd(); ++I, ++Number)
    for (const CallGraphNode *Node : *I)
      if (const Function *F = Node->getFunction())
        Result[F] = Number;
  return Result;
}

const Function *calleeOf(const CallInst &Call) {
  return dyn_cast<Function>(
      Call.getCalledOperand()->stripPointerCastsAndAliases());
}

bool isGuaranteed(const CallInst &Call) {
  CallingConv::ID Convention = Call.getCallingConv();
  return Call.isMustTailCall() || Convention == CallingConv::Tail ||
         Convention == CallingConv::SwiftTail;
}

} // namespace

void keepFrames(Lowering &L) {
  DenseMap<const Function *, unsigned> Recursion = recursionsOf(L.M);
  SmallPtrSet<const Function *, 32> Imported(L.P.ImportedProcs.begin(),
                                             L.P.ImportedProcs.end());
  for (Function &F : L.M) {
    if (F.isDeclaration() || L.P.Untouched.contains(&F))
      continue;
    bool HasOthers = false;
    for (Instruction &I : instructions(F)) {
      auto *Call = dyn_cast<CallInst>(&I);
      if (!Call || isa<IntrinsicInst>(Call) || Call->isInlineAsm() ||
          isGuaranteed(*Call))
        continue;
      const Function *Callee = calleeOf(*Call);
      if (!Callee ||
          (!Callee->isDeclaration() && Recursion[Callee] == Recursion[&F]))
        HasOthers = true;
      else if (!Callee->isDeclaration() || Imported.contains(Callee))
        Call->setTailCallKind(CallInst::TCK_NoTail);
    }
    if (!HasOthers)
      F.addFnAttr("disable-tail-calls", "true");
  }
}

} // namespace hcr
