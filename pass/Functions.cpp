// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AddressUses.h"
#include "Lowering.h"
#include "StableEntry.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace hcr {
namespace {

bool isDirectCall(const Use &U, const Function &F) {
  const auto *Call = dyn_cast<CallBase>(U.getUser());
  return Call && Call->isCallee(&U) &&
         Call->getFunctionType() == F.getFunctionType();
}

/// Uses that stay with the code of a function and do not follow its name.
bool belongsToBody(const Use &U, const Function &F) {
  return isDirectCall(U, F) || isa<BlockAddress>(U.getUser());
}

/// The symbol of a vectorcall function ends in `@@` and the size of its
/// parameters, which a linker of shared objects takes for a version. What only
/// one image uses does without.
void dropSizeFromSymbol(Function &F) {
  if (F.getCallingConv() == CallingConv::X86_VectorCall)
    F.setName("\01" + F.getName());
}

/// A tail call whose arguments may take every register that a tail call could
/// jump through: the pointer needs one of them, a jump to a symbol none.
bool hasNoRegisterForPointer(const CallBase &Call) {
  return Call.isMustTailCall() &&
         (Call.getCallingConv() == CallingConv::PreserveNone ||
          Call.getCallingConv() == CallingConv::X86_RegCall);
}

/// The one place that decides what a call of a reloadable function looks like.
/// \p MakeEntry gives a function of this module that jumps through the slot.
void callThroughSlot(Function &F, GlobalVariable &Slot, const Plan &P,
                     function_ref<Function *()> MakeEntry) {
  SmallVector<CallBase *, 16> Calls;
  for (const Use &U : F.uses())
    if (isDirectCall(U, F)) {
      auto *Call = cast<CallBase>(U.getUser());
      if (!P.Untouched.contains(Call->getFunction()))
        Calls.push_back(Call);
    }
  for (CallBase *Call : Calls) {
    if (hasNoRegisterForPointer(*Call)) {
      Call->setCalledOperand(MakeEntry());
    } else {
      IRBuilder<> B(Call);
      Call->setCalledOperand(loadSlot(B, Slot));
    }
    // What the declaration promised, the call must promise now.
    if (F.doesNotReturn())
      Call->addFnAttr(Attribute::NoReturn);
    if (F.doesNotThrow())
      Call->addFnAttr(Attribute::NoUnwind);
    if (F.hasFnAttribute(Attribute::ReturnsTwice))
      Call->addFnAttr(Attribute::ReturnsTwice);
  }
}

class FunctionLowering {
  Lowering &L;
  Module &M;
  const bool IsHost;

public:
  explicit FunctionLowering(Lowering &L)
      : L(L), M(L.M), IsHost(L.Opts.isHost()) {}

  void run() {
    for (GlobalAlias *A : L.P.Aliases)
      callAliaseeDirectly(*A);
    if (!IsHost)
      expandAddresses();
    for (Function *F : L.P.Procs)
      lowerProc(*F);
    for (Function *F : L.P.InlineProcs)
      lowerInlineProc(*F);
    for (Function *F : L.P.WeakProcs)
      lowerWeakProc(*F);
    for (Function *F : L.P.ImportedProcs)
      lowerImportedProc(*F);
    for (Function *F : L.P.DirectProcs)
      addDirectProc(*F);
    if (!IsHost)
      keepInlineFunctionsInside();
    for (auto [Handlers, IsBefore] : {std::pair(&L.P.BeforeHandlers, true),
                                      std::pair(&L.P.AfterHandlers, false)})
      for (Function *Handler : *Handlers)
        L.Table.Handlers.push_back({Handler, IsBefore});
    for (const auto &[Type, Migrator] : L.P.Migrators)
      L.Table.Migrators.push_back({Type, Migrator});
  }

private:
  /// Inside this module an alias is its function.
  static void callAliaseeDirectly(GlobalAlias &A) {
    auto *F = cast<Function>(A.getAliasee()->stripPointerCasts());
    A.replaceUsesWithIf(
        F, [](const Use &U) { return isa<Instruction>(U.getUser()); });
  }

  /// An image calls its own copies of inline functions, whatever the program
  /// exports under the same names: that is an older version.
  void keepInlineFunctionsInside() {
    for (Function &F : M)
      if (!F.isDeclaration() &&
          (F.hasLinkOnceLinkage() || F.hasWeakODRLinkage()))
        bindInside(F, L.Opts);
    for (GlobalAlias &A : M.aliases()) // complete-object constructors
      if (isa<Function>(A.getAliaseeObject()) &&
          (A.hasLinkOnceLinkage() || A.hasWeakODRLinkage()))
        bindInside(A, L.Opts);
  }

  void expandAddresses() {
    SmallVector<GlobalValue *, 0> All;
    for (const auto *List :
         {&L.P.Procs, &L.P.InlineProcs, &L.P.WeakProcs, &L.P.ImportedProcs})
      All.append(List->begin(), List->end());
    All.append(L.P.WeakAliases.begin(), L.P.WeakAliases.end());
    expandConstantUses(All);
  }

  GlobalVariable *makeSlot(StringRef Name, GlobalValue::LinkageTypes Linkage,
                           Constant &Initial) {
    return makePointerVariable(M, Name + ".slot",
                               IsHost ? Linkage : GlobalValue::InternalLinkage,
                               &Initial);
  }

  /// Module binding: code that takes the address of \p Symbol loads it.
  /// Returns null if no code does and \p IsNeeded is false.
  GlobalVariable *makeAddress(GlobalValue &Symbol, StringRef Name,
                              Constant &Initial, bool IsNeeded = false) {
    GlobalVariable *Address = nullptr;
    auto Make = [&] {
      if (!Address)
        Address = makePointerVariable(M, Name + ".addr",
                                      GlobalValue::InternalLinkage, &Initial);
    };
    replaceAddressInCode(Symbol, L.P, [&](IRBuilderBase &B) -> Value * {
      Make();
      return loadPointer(B, *Address, /*IsInvariant=*/true);
    });
    if (IsNeeded)
      Make();
    return Address;
  }

  static bool isInData(const GlobalValue &G) {
    return any_of(G.uses(), [](const Use &U) {
      return isa<Constant>(U.getUser()) && !isa<Function>(U.getUser()) &&
             !isa<GlobalAlias>(U.getUser());
    });
  }

  void lowerProc(Function &F) {
    std::string Name = plainName(F).str();
    uint32_t Scope = scopeOf(F);
    Function *Entry = splitOffBody(F);
    GlobalVariable *Slot =
        makeSlot(Name,
                 Entry->hasLocalLinkage() ? GlobalValue::InternalLinkage
                                          : GlobalValue::ExternalLinkage,
                 F);
    if (isReplaceableOperator(Name))
      F.replaceUsesWithIf(Entry,
                          [&](const Use &U) { return isDirectCall(U, F); });
    else if (!F.hasFnAttribute(Attribute::AlwaysInline))
      callThroughSlot(F, *Slot, L.P, [&] { return Entry; });
    makeStableEntry(*Entry, F, *Slot, /*HasNameOfBody=*/true);
    if (L.Opts.IsImage)
      dropSizeFromSymbol(*Entry);

    ProcRow Row;
    Row.Symbol = Entry;
    Row.Name = Name;
    Row.Flags = Scope;
    Row.Signature = L.Ids.signature(F);
    Row.Type = L.Known.signature(Name);
    Row.BodyHash = L.Ids.Content.lookup(&F);
    Row.Body = &F;
    Row.Code = &F;
    Row.Slot = Slot;
    Row.Entry = locallyBound(*Entry);
    if (!IsHost) {
      // Before, code named the body: uses in code that are not calls.
      Row.Address = makeAddress(*Entry, Name, *Row.Entry);
    }
    L.Table.Procs.push_back(Row);
    addAliases(*Entry, *Slot, Row);
    for (GlobalAlias *A : L.P.WeakAliases)
      if (A->getAliasee()->stripPointerCasts() == Entry)
        lowerWeakAlias(*A, *Entry, Row);
  }

  /// Indirect calls that are checked (-fsanitize=cfi, kcfi, function) ask the
  /// stable entry for the type of the function.
  static void copyCheckedTypes(const Function &F, Function &Entry) {
    for (unsigned Kind : {LLVMContext::MD_type, LLVMContext::MD_kcfi_type,
                          LLVMContext::MD_func_sanitize}) {
      SmallVector<MDNode *, 2> Types;
      F.getMetadata(Kind, Types);
      for (MDNode *Type : Types)
        Entry.addMetadata(Kind, *Type);
    }
  }

  /// Renames \p F to F_actual (_ZF.actual) and gives its name, and all uses of
  /// its address, to the function that is returned: the stable entry, still
  /// empty.
  Function *splitOffBody(Function &F) {
    std::string Symbol = F.getName().str();
    // A profiler shows the symbol: what follows a point it can take for a
    // mangled name with something behind it, `step(int) [clone .actual]`.
    bool IsMangled = StringRef(Symbol).starts_with("_Z");
    F.setName(Symbol + (IsMangled ? HCR_MANGLED_BODY_SUFFIX : HCR_BODY_SUFFIX));
    dropSizeFromSymbol(F);
    Function *Entry = Function::Create(F.getFunctionType(), F.getLinkage(),
                                       F.getAddressSpace(), Symbol);
    // In front of the body, where debuggers need it (StableEntry.cpp).
    M.getFunctionList().insert(F.getIterator(), Entry);
    Entry->setName(Symbol);
    Entry->setVisibility(F.getVisibility());
    copyCheckedTypes(F, *Entry);
    Entry->setDSOLocal(F.isDSOLocal());
    Entry->setUnnamedAddr(F.getUnnamedAddr());
    Entry->setDLLStorageClass(F.getDLLStorageClass());
    Entry->setComdat(F.getComdat());
    F.replaceUsesWithIf(Entry,
                        [&F](const Use &U) { return !belongsToBody(U, F); });
    if (F.hasWeakLinkage()) {
      F.setLinkage(GlobalValue::InternalLinkage);
      F.setVisibility(GlobalValue::DefaultVisibility);
      F.setDSOLocal(true);
    } else if (!F.hasLocalLinkage()) {
      F.setLinkage(GlobalValue::ExternalLinkage);
      F.setVisibility(GlobalValue::HiddenVisibility);
      F.setDSOLocal(true);
    }
    return Entry;
  }

  /// Clang makes complete-object constructors aliases of base-object ones.
  void addAliases(Function &Entry, GlobalVariable &Slot, ProcRow Row) {
    for (GlobalAlias *A : L.P.Aliases) {
      if (A->getAliasee()->stripPointerCasts() != &Entry)
        continue;
      Row.Symbol = A;
      Row.Name = plainName(*A);
      Row.Flags = scopeOf(*A);
      Row.Type = L.Known.signature(Row.Name);
      Row.Address = nullptr;
      if (IsHost && !A->hasLocalLinkage()) {
        auto *AliasSlot =
            GlobalAlias::create(Slot.getValueType(), 0, A->getLinkage(),
                                Row.Name + ".slot", &Slot, &M);
        AliasSlot->setVisibility(GlobalValue::HiddenVisibility);
        AliasSlot->setDSOLocal(true);
      }
      L.Table.Procs.push_back(Row);
    }
  }

  void lowerInlineProc(Function &F) {
    std::string Name = plainName(F).str();
    uint32_t Scope = scopeOf(F);
    bool IsShared = IsHost && !F.hasLocalLinkage();
    auto Linkage = IsShared ? GlobalValue::LinkOnceODRLinkage
                            : GlobalValue::InternalLinkage;
    Function *Entry = Function::Create(
        F.getFunctionType(), Linkage, F.getAddressSpace(), Name + ".entry", &M);
    GlobalVariable *Slot = makeSlot(Name, Linkage, F);
    Entry->setDSOLocal(true);
    copyCheckedTypes(F, *Entry);
    if (IsShared) {
      Entry->setVisibility(GlobalValue::HiddenVisibility);
      makeComdat(*Entry);
      Slot->setComdat(Entry->getComdat());
    }
    makeStableEntry(*Entry, F, *Slot);

    ProcRow Row;
    Row.Symbol = Entry;
    Row.Name = Name;
    Row.Flags = Scope | HCR_PROC_INLINE;
    Row.Signature = L.Ids.signature(F);
    Row.Type = L.Known.signature(Name);
    Row.BodyHash = L.Ids.Content.lookup(&F);
    Row.Code = &F;
    Row.Slot = Slot;
    Row.Entry = Entry;
    if (!IsHost) {
      Row.Address = makeAddress(F, Name, *Entry);
      Row.Body = &F;
    }
    F.replaceUsesWithIf(Entry, [&](const Use &U) {
      if (belongsToBody(U, F) || isa<GlobalAlias>(U.getUser()) ||
          U.getUser() == Slot)
        return false;
      const auto *User = dyn_cast<Instruction>(U.getUser());
      return !User || !L.P.Untouched.contains(User->getFunction());
    });
    // `llvm.used` and the like keep the function itself.
    Entry->replaceUsesWithIf(&F, [](const Use &U) {
      return isa<ConstantAggregate>(U.getUser()) &&
             all_of(U.getUser()->users(), [](const User *Holder) {
               const auto *G = dyn_cast<GlobalVariable>(Holder);
               return G && G->getName().starts_with("llvm.");
             });
    });
    L.Table.Procs.push_back(Row);
  }

  /// The slot that callers of \p Symbol share, until a definition brings its
  /// own: it starts as the linker's answer.
  GlobalVariable *makeCallersSlot(GlobalValue &Symbol, StringRef Name) {
    GlobalVariable *Slot = makeSlot(Name, GlobalValue::WeakAnyLinkage, Symbol);
    if (IsHost)
      makeComdat(*Slot);
    return Slot;
  }

  /// Calls of \p F go through \p Slot, which another module may own.
  void callThroughCallersSlot(Function &F, GlobalVariable &Slot,
                              StringRef Name) {
    Function *Jump = nullptr;
    callThroughSlot(F, Slot, L.P, [&] {
      if (!Jump) {
        Jump =
            Function::Create(F.getFunctionType(), GlobalValue::InternalLinkage,
                             F.getAddressSpace(), Name + ".jump", &M);
        makeStableEntry(*Jump, F, Slot);
      }
      return Jump;
    });
  }

  void lowerWeakProc(Function &F) {
    std::string Name = plainName(F).str();
    uint32_t Scope = scopeOf(F);
    Function *Entry = splitOffBody(F);
    GlobalVariable *Slot = makeCallersSlot(*Entry, Name);
    callThroughCallersSlot(F, *Slot, Name);
    // Where nothing is rewritten, the linker's choice is called.
    F.replaceUsesWithIf(Entry,
                        [&F](const Use &U) { return isDirectCall(U, F); });
    GlobalVariable *Own =
        makePointerVariable(M, Name + ".own", GlobalValue::InternalLinkage, &F);
    makeStableEntry(*Entry, F, *Own, /*HasNameOfBody=*/true);

    ProcRow Row;
    Row.Symbol = Entry;
    Row.Name = Name;
    Row.Flags = Scope | HCR_PROC_WEAK_DEFINITION;
    Row.Signature = L.Ids.signature(F);
    Row.BodyHash = L.Ids.Content.lookup(&F);
    Row.Body = &F;
    Row.Code = &F;
    Row.Slot = Own;
    Row.Entry = localAlias(*Entry);
    Row.Address = makeLinkersChoice(*Entry, Name);
    addWeakRows(Row, *Slot);
  }

  /// A weak alias is a weak definition whose entry is that of its function: its
  /// callers can be given another one, its address cannot.
  void lowerWeakAlias(GlobalAlias &A, Function &Entry, ProcRow Row) {
    Row.Symbol = &A;
    Row.Name = plainName(A);
    Row.Flags = scopeOf(A) | HCR_PROC_WEAK_DEFINITION;
    GlobalVariable *Slot = makeCallersSlot(A, Row.Name);
    SmallVector<CallBase *, 8> Calls;
    for (const Use &U : A.uses()) {
      auto *Call = dyn_cast<CallBase>(U.getUser());
      if (Call && Call->isCallee(&U) && !hasNoRegisterForPointer(*Call) &&
          !L.P.Untouched.contains(Call->getFunction()))
        Calls.push_back(Call);
    }
    for (CallBase *Call : Calls) {
      IRBuilder<> B(Call);
      Call->setCalledOperand(loadSlot(B, *Slot));
    }
    Row.Slot = nullptr;
    Row.Entry = localAlias(Entry);
    Row.Address = makeLinkersChoice(A, Row.Name);
    addWeakRows(Row, *Slot);
  }

  /// Whom the linker chose among the definitions of \p Symbol.
  GlobalVariable *makeLinkersChoice(GlobalValue &Symbol, StringRef Name) {
    if (!IsHost)
      return makeAddress(Symbol, Name, Symbol, /*IsNeeded=*/true);
    return makePointerVariable(M, Name + ".addr", GlobalValue::InternalLinkage,
                               &Symbol);
  }

  void addWeakRows(const ProcRow &Row, GlobalVariable &CallersSlot) {
    L.Table.Procs.push_back(Row);
    ProcImportRow Import;
    Import.Name = Row.Name;
    Import.Flags = HCR_PROC_WEAK_DEFINITION;
    Import.Signature = Row.Signature;
    Import.Slot = &CallersSlot;
    L.Table.ProcImports.push_back(Import);
  }

  void lowerImportedProc(Function &F) {
    std::string Name = plainName(F).str();
    bool IsCalled =
        any_of(F.uses(), [&F](const Use &U) { return isDirectCall(U, F); });
    bool IsInData = isInData(F); // asked before its own slot holds it
    ProcImportRow Row;
    Row.Symbol = &F;
    Row.Name = Name;
    Row.Signature = hashSignature(F);
    Row.Type = L.Known.signature(Name);
    if (F.hasExternalWeakLinkage())
      Row.Flags = HCR_PROC_WEAK;
    if (IsCalled) {
      GlobalVariable *Slot = makeCallersSlot(F, Name);
      callThroughCallersSlot(F, *Slot, Name);
      Row.Slot = Slot;
    }
    if (!IsHost) {
      if (L.Opts.IsImage) {
        F.setLinkage(GlobalValue::ExternalWeakLinkage);
        dropSizeFromSymbol(F);
      }
      Row.Address = makeAddress(F, Name, F, IsInData);
    }
    if (Row.Slot || Row.Address)
      L.Table.ProcImports.push_back(Row);
  }

  void addDirectProc(Function &F) {
    // What every caller has inlined is as new as they are.
    if (F.hasLinkOnceLinkage() || F.hasFnAttribute(Attribute::AlwaysInline) ||
        !L.Ids.Content.contains(&F))
      return;
    ProcRow Row;
    Row.Name = plainName(F);
    Row.Flags = scopeOf(F) | HCR_PROC_DIRECT;
    Row.Signature = hashSignature(F);
    Row.BodyHash = L.Ids.Content.lookup(&F);
    Row.Code = &F;
    // Images of other modules call it, hidden or new as it may be.
    if (!F.hasLocalLinkage() && !F.hasComdat() && F.getName() != "main")
      Row.Body = Row.Entry = locallyBound(F);
    L.Table.Procs.push_back(Row);
  }
};

} // namespace

void lowerFunctions(Lowering &L) { FunctionLowering(L).run(); }

} // namespace hcr
