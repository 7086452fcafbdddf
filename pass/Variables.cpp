// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AddressUses.h"
#include "Lowering.h"
#include "TypeLayout.h"
#include "llvm/IR/DebugInfoMetadata.h"

using namespace llvm;

namespace hcr {
namespace {

class VariableLowering {
  Lowering &L;
  Module &M;
  const bool IsHost;

public:
  explicit VariableLowering(Lowering &L)
      : L(L), M(L.M), IsHost(L.Opts.isHost()) {}

  void run() {
    for (GlobalAlias &A : M.aliases())
      useAliasee(A);
    expandAddresses();
    for (GlobalVariable *G : L.P.Globals)
      lowerGlobal(*G);
    for (GlobalVariable *G : L.P.FixedGlobals)
      lowerFixed(*G);
    for (GlobalVariable *G : L.P.Constants)
      lowerConstant(*G);
    for (GlobalVariable *G : L.P.DirectGlobals)
      lowerDirect(*G);
    for (GlobalAlias *A : L.P.GlobalAliases)
      lowerAlias(*A);
    for (GlobalVariable *G : L.P.TypeNames)
      lowerTypeName(*G);
    for (GlobalVariable *G : L.P.ImportedGlobals)
      lowerImport(*G);
  }

private:
  /// Another name of a variable of this module is that variable.
  void useAliasee(GlobalAlias &A) {
    auto *G = dyn_cast<GlobalVariable>(A.getAliaseeObject());
    if (!G || A.isInterposable() || A.isThreadLocal() ||
        !is_contained(L.P.Globals, G))
      return;
    Constant *Aliasee = A.getAliasee();
    while (auto *Other = dyn_cast<GlobalAlias>(Aliasee))
      Aliasee = Other->getAliasee();
    A.replaceUsesWithIf(Aliasee, [](const Use &U) {
      return !isa<GlobalAlias>(U.getUser()) &&
             !isa<ConstantAggregate>(U.getUser()); // llvm.used
    });
  }

  void expandAddresses() {
    SmallVector<GlobalValue *, 0> All(L.P.Globals.begin(), L.P.Globals.end());
    All.append(L.P.ImportedGlobals.begin(), L.P.ImportedGlobals.end());
    if (!IsHost)
      All.append(L.P.Constants.begin(), L.P.Constants.end());
    for (GlobalAlias *A : L.P.GlobalAliases)
      if (A->isInterposable())
        All.push_back(A);
    expandConstantUses(All);
  }

  GlobalVariable *makePointer(GlobalValue &G) {
    bool IsShared = IsHost && !G.hasLocalLinkage();
    GlobalVariable *Pointer =
        makePointerVariable(M, plainName(G) + ".ptr",
                            IsShared ? GlobalValue::LinkOnceODRLinkage
                                     : GlobalValue::InternalLinkage,
                            &G);
    if (IsShared)
      makeComdat(*Pointer);
    return Pointer;
  }

  /// Loads the pointer wherever code uses the address of \p G.
  void reachThrough(GlobalVariable &Pointer, GlobalValue &G, bool IsInvariant) {
    LLVMContext &Ctx = M.getContext();
    MDNode *Empty = MDNode::get(Ctx, {});
    MDNode *AlignNode = nullptr;
    const auto *Variable = dyn_cast<GlobalVariable>(&G);
    if (MaybeAlign A = Variable ? Variable->getAlign() : MaybeAlign())
      AlignNode = MDNode::get(Ctx, ConstantAsMetadata::get(ConstantInt::get(
                                       Type::getInt64Ty(Ctx), A->value())));
    replaceAddressInCode(G, L.P, [&](IRBuilderBase &B) -> Value * {
      LoadInst *Address = loadPointer(B, Pointer, IsInvariant);
      if (!G.hasExternalWeakLinkage()) {
        Address->setMetadata(LLVMContext::MD_nonnull, Empty);
        Address->setMetadata(LLVMContext::MD_noundef, Empty);
        if (AlignNode)
          Address->setMetadata(LLVMContext::MD_align, AlignNode);
      }
      return Address;
    });
  }

  GlobalRow makeRow(GlobalVariable &G) const {
    GlobalRow Row;
    Row.Symbol = &G;
    Row.Name = plainName(G);
    Row.Flags = scopeOf(G) | (isInlineDefinition(G) ? HCR_GLOBAL_INLINE : 0) |
                (G.getInitializer()->isNullValue() ? HCR_GLOBAL_ZERO : 0);
    Row.Size = M.getDataLayout().getTypeAllocSize(G.getValueType());
    Row.InitialHash = L.Ids.Content.lookup(&G);
    if (uint64_t Code = L.Dynamic.Hash.lookup(&G))
      Row.InitialHash = combineHashes(Row.InitialHash, Code);
    Row.Align = M.getDataLayout()
                    .getValueOrABITypeAlignment(G.getAlign(), G.getValueType())
                    .value();
    return Row;
  }

  /// Debug information and the clang plugin tell different hashes; a row has
  /// both, so that it can be compared with rows that have only one of them.
  void describeType(GlobalRow &Row, const GlobalVariable &G) {
    TypeLayout Layout = layoutOf(G);
    Row.Layout = Layout.Hash;
    Row.TypeName = Layout.Name;
    if (const TypeFacts *T = L.Known.type(G)) {
      Row.Type = L.Table.Types.add(*T, L.Known);
      Row.TypeName = T->Name;
    }
  }

  void describeLife(GlobalRow &Row, const GlobalVariable &G) {
    Row.Destroy = L.Destroy.lookup(&G);
    if (L.P.Reinit.contains(&G))
      Row.Flags |= HCR_GLOBAL_REINIT;
  }

  /// A variable that code of the program reaches directly.
  void lowerFixed(GlobalVariable &G) {
    GlobalRow Row = makeRow(G);
    describeType(Row, G);
    describeLife(Row, G);
    Row.Pointer = makePointer(G);
    L.Table.Globals.push_back(Row);
  }

  void lowerGlobal(GlobalVariable &G) {
    GlobalRow Row = makeRow(G);
    describeType(Row, G);
    describeLife(Row, G);
    if (!IsHost)
      separateFromOtherImages(G);
    GlobalVariable *Pointer = makePointer(G);
    reachThrough(*Pointer, G, /*IsInvariant=*/true);
    Row.Pointer = Pointer;
    if (!IsHost) {
      Row.Initial = locallyBound(G);
      Row.Fresh = L.Fresh.lookup(&G);
      showThroughPointer(G, *Pointer);
    }
    L.Table.Globals.push_back(Row);
  }

  /// Copies that other images have of an inline or tentative definition must
  /// not take the place of this one.
  void separateFromOtherImages(GlobalVariable &G) {
    if (!isInlineDefinition(G))
      return;
    if (G.hasCommonLinkage())
      G.setLinkage(GlobalValue::WeakAnyLinkage);
    bindInside(G, L.Opts);
  }

  /// A debugger must show the storage, not the image's initial value.
  static void showThroughPointer(GlobalVariable &G, GlobalVariable &Pointer) {
    SmallVector<DIGlobalVariableExpression *, 1> Infos;
    G.getDebugInfo(Infos);
    G.eraseMetadata(LLVMContext::MD_dbg);
    for (DIGlobalVariableExpression *Info : Infos) {
      DIExpression *Expression = DIExpression::prepend(
          Info->getExpression(), DIExpression::DerefBefore);
      Pointer.addDebugInfo(DIGlobalVariableExpression::get(
          G.getContext(), Info->getVariable(), Expression));
    }
  }

  void lowerConstant(GlobalVariable &G) {
    GlobalRow Row = makeRow(G);
    Row.Flags |= HCR_GLOBAL_CONSTANT;
    if (isVtable(G))
      Row.Virtuals = describeVirtuals(G);
    if (!IsHost)
      separateFromOtherImages(G);
    GlobalVariable *Pointer = makePointer(G);
    Row.Pointer = Pointer;
    if (!IsHost) {
      Row.Initial = locallyBound(G);
      reachThrough(*Pointer, G, /*IsInvariant=*/true);
    }
    L.Table.Globals.push_back(Row);
  }

  void lowerDirect(GlobalVariable &G) {
    GlobalRow Row = makeRow(G);
    TypeLayout Layout = layoutOf(G);
    Row.Layout = Layout.Hash;
    Row.TypeName = Layout.Name;
    Row.Flags |= HCR_GLOBAL_DIRECT;
    Row.Initial = locallyBound(G);
    L.Table.Globals.push_back(Row);
  }

  /// Code and data of this module use the variable itself, except where the
  /// linker may put another one in the place of a weak name.
  void lowerAlias(GlobalAlias &A) {
    GlobalRow Row;
    auto &G = *cast<GlobalVariable>(A.getAliaseeObject());
    Row.Symbol = &A;
    Row.Name = plainName(A);
    Row.Flags = scopeOf(A) | HCR_GLOBAL_ALIAS |
                (isInlineDefinition(A) ? HCR_GLOBAL_INLINE : 0) |
                (is_contained(L.P.Constants, &G) ? HCR_GLOBAL_CONSTANT : 0);
    Row.Size = M.getDataLayout().getTypeAllocSize(A.getValueType());
    Row.Align = 1;
    if (!IsHost && isInlineDefinition(A))
      bindInside(A, L.Opts);
    GlobalVariable *Pointer = makePointer(A);
    Row.Pointer = Pointer;
    if (A.isInterposable())
      reachThrough(*Pointer, A, /*IsInvariant=*/true);
    if (!IsHost)
      Row.Initial = locallyBound(A);
    L.Table.Globals.push_back(Row);
  }

  /// libc++ takes types for the same if the addresses of their names are: an
  /// image's type information points to the name that the program has.
  void lowerTypeName(GlobalVariable &G) {
    GlobalRow Row = makeRow(G);
    Row.Flags |= HCR_GLOBAL_CONSTANT | HCR_GLOBAL_INLINE;
    Row.Pointer = makePointer(G);
    L.Table.Globals.push_back(Row);
  }

  void lowerImport(GlobalVariable &G) {
    GlobalImportRow Row;
    Row.Symbol = &G;
    Row.Name = plainName(G);
    Row.Flags = (G.isConstant() ? HCR_GLOBAL_CONSTANT : 0) |
                (G.hasExternalWeakLinkage() ? HCR_GLOBAL_WEAK : 0);
    GlobalVariable *Pointer = makePointer(G);
    // The address of a constant changes when its module brings a new one.
    reachThrough(*Pointer, G, /*IsInvariant=*/!G.isConstant());
    Row.Pointer = Pointer;
    if (L.Opts.IsImage)
      G.setLinkage(GlobalValue::ExternalWeakLinkage);
    L.Table.GlobalImports.push_back(Row);
  }
};

} // namespace

void lowerVariables(Lowering &L) { VariableLowering(L).run(); }

} // namespace hcr
