// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Lowering.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace hcr {
namespace {

/// Walks one initial value and finds the addresses in it.
class InitialValueWalk {
  const DataLayout &DL;
  const DenseMap<const GlobalValue *, uint32_t> &Symbols;
  GlobalVariable &Variable;
  SmallVectorImpl<FixupRow> &Rows;

public:
  InitialValueWalk(const DataLayout &DL,
                   const DenseMap<const GlobalValue *, uint32_t> &Symbols,
                   GlobalVariable &Variable, SmallVectorImpl<FixupRow> &Rows)
      : DL(DL), Symbols(Symbols), Variable(Variable), Rows(Rows) {}

  void walk(Constant *Value, uint64_t Offset) {
    if (isa<ConstantData>(Value) || isa<BlockAddress>(Value))
      return;
    if (auto *Aggregate = dyn_cast<ConstantAggregate>(Value)) {
      walkElements(*Aggregate, Offset);
      return;
    }
    Constant *Address = Value;
    if (auto *Expr = dyn_cast<ConstantExpr>(Value))
      if (Expr->getOpcode() == Instruction::PtrToInt &&
          DL.getTypeSizeInBits(Expr->getType()) == DL.getPointerSizeInBits())
        Address = Expr->getOperand(0);
    if (Address->getType()->isPointerTy())
      addAddress(Address, Offset);
  }

private:
  void walkElements(ConstantAggregate &Aggregate, uint64_t Offset) {
    Type *T = Aggregate.getType();
    for (unsigned I = 0, E = Aggregate.getNumOperands(); I != E; ++I) {
      uint64_t At =
          isa<StructType>(T)
              ? DL.getStructLayout(cast<StructType>(T))->getElementOffset(I)
              : I * DL.getTypeAllocSize(T->getContainedType(0));
      walk(Aggregate.getOperand(I), Offset + At);
    }
  }

  void addAddress(Constant *Address, uint64_t Offset) {
    APInt Addend(DL.getIndexTypeSizeInBits(Address->getType()), 0);
    auto *Symbol = dyn_cast<GlobalValue>(
        Address->stripAndAccumulateConstantOffsets(DL, Addend,
                                                   /*AllowNonInbounds=*/true));
    auto Known = Symbol ? Symbols.find(Symbol) : Symbols.end();
    if (Known == Symbols.end())
      return;
    Constant *Place = locallyBound(Variable);
    if (Offset)
      Place = ConstantExpr::getInBoundsGetElementPtr(
          Type::getInt8Ty(Place->getContext()), Place,
          ConstantInt::get(DL.getIntPtrType(Place->getContext()), Offset));
    Rows.push_back({Place, Known->second, Addend.getSExtValue()});
  }
};

} // namespace

/// Copies of an inline definition in other images must not take the place of
/// this one: its addresses are this image's to fill. False if they are not.
static bool separateFromOtherImages(GlobalVariable &G, const Options &Opts) {
  if (!G.getName().starts_with("_ZTI") && !G.getName().starts_with("_ZTS")) {
    bindInside(G, Opts);
    return true;
  }
  // Type information is compared across images, so it stays visible. Outside
  // of images the dynamic linker's answer is right; in an image the copy is
  // kept even where another module's is chosen, because a row names it.
  if (Opts.IsImage)
    G.setComdat(nullptr);
  return Opts.IsImage;
}

void collectFixups(Lowering &L) {
  if (L.Opts.isHost())
    return;
  auto Symbols = L.Table.fixupSymbols();
  SmallVector<GlobalVariable *, 0> Variables;
  for (GlobalVariable &G : L.M.globals())
    if (G.hasInitializer() && !G.isThreadLocal() &&
        !G.hasAvailableExternallyLinkage() &&
        !G.getName().starts_with("llvm.") && !G.getName().starts_with("hcr.") &&
        !G.isExternallyInitialized())
      Variables.push_back(&G);
  for (GlobalVariable *G : Variables) {
    size_t Before = L.Table.Fixups.size();
    if (isInlineDefinition(*G) && !separateFromOtherImages(*G, L.Opts))
      continue;
    InitialValueWalk(L.M.getDataLayout(), Symbols, *G, L.Table.Fixups)
        .walk(G->getInitializer(), 0);
    if (L.Table.Fixups.size() != Before)
      G->setConstant(false);
  }
}

} // namespace hcr
