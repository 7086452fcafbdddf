// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "StableEntry.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace hcr {

/// One jump through the slot ($0), per processor. The scratch registers are
/// those that the calling convention leaves free between caller and callee.
static std::pair<StringRef, StringRef> jumpThroughSlot(const Triple &Target) {
  switch (Target.getArch()) {
  case Triple::x86_64:
    return {"jmpq *${0:c}(%rip)", "i"};
  case Triple::aarch64:
    return {"adrp x16, $0\n\tldr x16, [x16, :lo12:$0]\n\tbr x16", "S"};
  case Triple::riscv64:
    return {"ld t1, $0\n\tjr t1", "S"};
  default:
    return {};
  }
}

bool targetHasStableEntries(const Module &M) {
  Triple Target(M.getTargetTriple());
  // x32 and AArch64's ILP32 have half-size pointers; the jumps read 8 bytes.
  return Target.isOSBinFormatELF() && M.getDataLayout().getPointerSize() == 8 &&
         !jumpThroughSlot(Target).first.empty();
}

void makeStableEntry(Function &Entry, const Function &Body, Constant &Slot) {
  LLVMContext &Ctx = Entry.getContext();
  AttrBuilder Attributes(Ctx);
  Attributes.addAttribute(Attribute::Naked);
  Attributes.addAttribute(Attribute::NoInline);
  Attributes.addAttribute(Attribute::NoUnwind);
  if (UWTableKind Kind = Body.getUWTableKind(); Kind != UWTableKind::None)
    Attributes.addUWTableAttr(Kind);
  Entry.setCallingConv(Body.getCallingConv());
  Entry.setAttributes(
      AttributeList::get(Ctx, AttributeList::FunctionIndex, Attributes));
  // vectorcall counts the bytes of its parameters in the symbol's name.
  for (unsigned I = 0; I != Body.arg_size(); ++I)
    for (Attribute::AttrKind Kind : {Attribute::StructRet, Attribute::ByVal})
      if (Body.hasParamAttribute(I, Kind))
        Entry.addParamAttr(I, Body.getParamAttribute(I, Kind));

  auto [Jump, Constraint] =
      jumpThroughSlot(Triple(Entry.getParent()->getTargetTriple()));
  IRBuilder<> B(BasicBlock::Create(Ctx, "", &Entry));
  auto *Asm = InlineAsm::get(
      FunctionType::get(B.getVoidTy(), {Slot.getType()}, /*isVarArg=*/false),
      Jump, Constraint, /*hasSideEffects=*/true);
  B.CreateCall(Asm, {&Slot});
  B.CreateUnreachable();
}

} // namespace hcr
