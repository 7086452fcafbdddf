// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "StableEntry.h"
#include "llvm/IR/DebugInfoMetadata.h"
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

/// -fcf-protection puts a landing pad in front of the jump.
static unsigned sizeOfLandingPad(const Module &M) {
  auto *Flag = mdconst::extract_or_null<ConstantInt>(
      M.getModuleFlag("cf-protection-branch"));
  return Flag && !Flag->isZero() ? 4 : 0;
}

/// Debug information that makes `break F` of a debugger one location.
///
/// Two functions are called F: the body, by its debug information, and the
/// stable entry, by its symbol. gdb stops in both, so a call through a pointer
/// stops twice. Where it stops for a symbol it takes from the function whose
/// debug information covers the symbol's address: behind the prologue that
/// begins at the *first* of its address ranges. So a unit of a single function
/// tells that the entry belongs to something whose first range is the body:
///
///     unit         entry
///       F.entry    first byte of the body, entry
///
/// and gdb comes to the location that it has already. That works only for an
/// entry in front of its body (gdb never goes backwards). Lines it has none, so
/// stepping goes on as in code without debug information. DWARF 4, because that
/// needs no tables of its own for the ranges; units of several versions mix.
static std::string unitOfEntry(const Function &Entry, StringRef Name) {
  auto In = [](StringRef Section, std::string Content) {
    // Apart from the compiler's own section of this name, which refers to
    // places in it by their distance from its beginning.
    // GNU's assembler calls the first of one name by it: not ours.
    std::string Push =
        ("\n\t.pushsection ." + Section + ",\"\",@progbits").str();
    std::string Pop = "\n\t.popsection";
    return Push + Pop + Push + ",unique,1984" + Content + Pop;
  };
  std::string Pad = std::to_string(sizeOfLandingPad(*Entry.getParent()));
  std::string Range = ".Lhcr_at${:uid}-" + Pad + ",.Lhcr_to${:uid}";
  std::string Abbreviations =
      "\n.Lhcr_abbrev${:uid}:"
      // 1: DW_TAG_compile_unit with children; language, low_pc, high_pc
      "\n\t.byte 1,0x11,1,0x13,0x0b,0x11,0x01,0x12,0x01,0,0"
      // 2: DW_TAG_subprogram; name, artificial, ranges
      "\n\t.byte 2,0x2e,0,0x03,0x08,0x34,0x19,0x55,0x17,0,0,0";
  std::string Ranges = "\n.Lhcr_ranges${:uid}:"
                       "\n\t.quad -1,0,${1:c},${1:c}+1," +
                       Range + ",0,0";
  std::string Unit = "\n\t.long .Lhcr_end${:uid}-.Lhcr_unit${:uid}"
                     "\n.Lhcr_unit${:uid}:"
                     "\n\t.short 4"
                     "\n\t.long .Lhcr_abbrev${:uid}"
                     "\n\t.byte 8,1,0x0c" // C99
                     "\n\t.quad " +
                     Range + "\n\t.byte 2\n\t.asciz \"" + Name.str() +
                     ".entry\"\n\t.long .Lhcr_ranges${:uid}"
                     "\n\t.byte 0\n.Lhcr_end${:uid}:";
  return "\n.Lhcr_to${:uid}:" + In("debug_abbrev", std::move(Abbreviations)) +
         In("debug_ranges", std::move(Ranges)) +
         In("debug_info", std::move(Unit));
}

/// The source's name, if inline assembly can spell it.
static StringRef nameInDebugInfo(const Function &Body) {
  const DISubprogram *Known = Body.getSubprogram();
  const DICompileUnit *Unit = Known ? Known->getUnit() : nullptr;
  if (!Unit || Unit->getEmissionKind() == DICompileUnit::NoDebug ||
      Unit->getEmissionKind() == DICompileUnit::DebugDirectivesOnly)
    return {};
  StringRef Name = Known->getName();
  return Name.find_first_of("\\\"${|}") == StringRef::npos ? Name : "function";
}

void makeStableEntry(Function &Entry, Function &Body, Constant &Slot,
                     bool HasNameOfBody) {
  LLVMContext &Ctx = Entry.getContext();
  AttrBuilder Attributes(Ctx);
  Attributes.addAttribute(Attribute::Naked);
  Attributes.addAttribute(Attribute::NoInline);
  Attributes.addAttribute(Attribute::NoUnwind);
  if (UWTableKind Kind = Body.getUWTableKind(); Kind != UWTableKind::None)
    Attributes.addUWTableAttr(Kind);
  // Linkers gather cold functions in front of others, and the entry must stay
  // in front of its body (unitOfEntry).
  for (Attribute::AttrKind Kind : {Attribute::Cold, Attribute::Hot})
    if (Body.hasFnAttribute(Kind))
      Attributes.addAttribute(Kind);
  Entry.setCallingConv(Body.getCallingConv());
  Entry.setAttributes(
      AttributeList::get(Ctx, AttributeList::FunctionIndex, Attributes));
  // vectorcall counts the bytes of its parameters in the symbol's name.
  for (unsigned I = 0; I != Body.arg_size(); ++I)
    for (Attribute::AttrKind Kind : {Attribute::StructRet, Attribute::ByVal})
      if (Body.hasParamAttribute(I, Kind))
        Entry.addParamAttr(I, Body.getParamAttribute(I, Kind));

  Triple Target(Entry.getParent()->getTargetTriple());
  auto [Jump, Constraint] = jumpThroughSlot(Target);
  std::string Text = Jump.str(), Constraints = Constraint.str();
  SmallVector<Value *, 2> Operands = {&Slot};
  if (StringRef Name = nameInDebugInfo(Body);
      HasNameOfBody && !Name.empty() && Target.getArch() == Triple::x86_64) {
    Text = ".Lhcr_at${:uid}:\n\t" + Text + unitOfEntry(Entry, Name);
    Constraints += ",i";
    Operands.push_back(&Body);
  }
  IRBuilder<> B(BasicBlock::Create(Ctx, "", &Entry));
  SmallVector<Type *, 2> Types(Operands.size(), Slot.getType());
  auto *Asm = InlineAsm::get(
      FunctionType::get(B.getVoidTy(), Types, /*isVarArg=*/false), Text,
      Constraints, /*hasSideEffects=*/true);
  B.CreateCall(Asm, Operands);
  B.CreateUnreachable();
}

} // namespace hcr
