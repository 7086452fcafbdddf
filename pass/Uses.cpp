// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What each function uses: variables, types. The runtime asks it of functions
// that are active when a variable gets another layout. A function that uses
// neither the variable nor its type can go on, above all `main`.
//
// IR tells types where code goes from an object to a part of it, makes one on
// the stack or passes one by value. Where an object is copied as a whole it
// tells the size alone, where code goes to a base class only a distance: then
// it is a use of each type of that size, or with such a base.
#include "Lowering.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace hcr {
namespace {

uint32_t use(HcrUseKind Kind, uint64_t Value) {
  return static_cast<uint32_t>(Kind) << HCR_USE_SHIFT |
         static_cast<uint32_t>(std::min<uint64_t>(Value, HCR_USE_MASK));
}

/// `class.Box.base.12`: how clang and LLVM tell types of one name apart.
StringRef baseName(StringRef Name) {
  size_t Dot = Name.rfind('.');
  if (Dot != StringRef::npos && Dot + 1 < Name.size() &&
      Name.find_first_not_of("0123456789", Dot + 1) == StringRef::npos)
    Name = Name.take_front(Dot);
  Name.consume_back(".base");
  return Name;
}

/// What the code of one function says.
struct Own {
  SmallSetVector<uint32_t, 4> Uses; // without types
  SmallSetVector<const StructType *, 4> Types;
  SmallSetVector<const Function *, 4> Callees; // called directly
};

class UseCollection {
  Lowering &L;
  Module &M;
  DenseMap<const GlobalValue *, uint32_t> Variables;
  StringMap<SmallVector<uint32_t, 1>> TypeRows;          // by name in IR
  DenseMap<uint32_t, SmallVector<uint32_t, 1>> SizeRows; // by HCR_USE_SIZE
  DenseMap<const Function *, Own> Functions;
  DenseMap<const Function *, bool> UsesNothing;

public:
  explicit UseCollection(Lowering &L) : L(L), M(L.M) {}

  void run() {
    listVariables();
    for (const Function &F : M)
      if (!F.isDeclaration())
        look(F, Functions[&F]);
    listTypes();
    for (auto [Index, Row] : enumerate(L.Table.Procs))
      if (Row.Code)
        for (uint32_t What : everythingOf(*Row.Code))
          L.Table.Uses.push_back({static_cast<uint32_t>(Index), What});
    keepCallersOnStack();
    if (L.Opts.isHost())
      markPlaced();
  }

private:
  void listVariables() {
    auto Add = [this](HcrUseKind Kind, const auto &Rows) {
      for (auto [Index, Row] : enumerate(Rows)) {
        if (Row.Flags & HCR_GLOBAL_CONSTANT)
          continue;
        if (const auto *G = dyn_cast_or_null<GlobalValue>(Row.Pointer))
          Variables[G] = use(Kind, Index);
        if (Row.Symbol)
          Variables[Row.Symbol] = use(Kind, Index);
      }
    };
    Add(HCR_USE_GLOBAL, L.Table.Globals);
    Add(HCR_USE_GLOBAL_IMPORT, L.Table.GlobalImports);
  }

  static void addType(const Type *T, Own &Out) {
    while (const auto *Array = dyn_cast<ArrayType>(T))
      T = Array->getElementType();
    const auto *Struct = dyn_cast<StructType>(T);
    if (!Struct || !Out.Types.insert(Struct))
      return;
    for (const Type *Part : Struct->elements())
      addType(Part, Out);
  }

  void addConstant(const Constant &C, Own &Out) {
    if (const auto *F = dyn_cast<Function>(&C)) {
      if (!F->isDeclaration())
        Out.Callees.insert(F);
    } else if (const auto *A = dyn_cast<GlobalAlias>(&C)) {
      addConstant(*A->getAliasee(), Out);
    } else if (const auto *G = dyn_cast<GlobalVariable>(&C)) {
      if (auto It = Variables.find(G); It != Variables.end())
        Out.Uses.insert(It->second);
    } else if (isa<ConstantExpr>(C) || isa<ConstantAggregate>(C)) {
      for (const Use &Part : C.operands())
        addConstant(*cast<Constant>(Part), Out);
    }
  }

  /// Whether IR tells what lies at an address: on the stack, in a constant.
  static bool addTypeAt(const Value &Address, Own &Out) {
    const Value *Base = getUnderlyingObject(&Address);
    const Type *T = nullptr;
    if (const auto *Place = dyn_cast<AllocaInst>(Base))
      T = Place->getAllocatedType();
    else if (const auto *G = dyn_cast<GlobalVariable>(Base))
      T = G->getValueType();
    if (T)
      addType(T, Out);
    return T;
  }

  void addTypesOf(const Instruction &I, Own &Out) {
    addType(I.getType(), Out);
    if (const auto *Gep = dyn_cast<GetElementPtrInst>(&I)) {
      addType(Gep->getSourceElementType(), Out);
      if (Gep->getSourceElementType()->isIntegerTy(8) &&
          Gep->hasAllConstantIndices() && !Gep->hasAllZeroIndices())
        Out.Uses.insert(use(HCR_USE_SIZE, 0));
    } else if (const auto *Place = dyn_cast<AllocaInst>(&I)) {
      addType(Place->getAllocatedType(), Out);
    } else if (const auto *Store = dyn_cast<StoreInst>(&I)) {
      addType(Store->getValueOperand()->getType(), Out);
    } else if (const auto *Copy = dyn_cast<MemIntrinsic>(&I)) {
      const auto *Length = dyn_cast<ConstantInt>(Copy->getLength());
      const auto *Transfer = dyn_cast<MemTransferInst>(Copy);
      bool IsKnown = addTypeAt(*Copy->getRawDest(), Out) &&
                     (!Transfer || addTypeAt(*Transfer->getRawSource(), Out));
      if (!IsKnown && Length && !Length->isZero())
        Out.Uses.insert(use(HCR_USE_SIZE, Length->getZExtValue()));
    } else if (const auto *Call = dyn_cast<CallBase>(&I)) {
      for (unsigned P = 0; P < Call->arg_size(); ++P)
        for (Type *T :
             {Call->getParamByValType(P), Call->getParamStructRetType(P)})
          if (T)
            addType(T, Out);
    }
  }

  void look(const Function &F, Own &Out) {
    for (const Argument &A : F.args())
      for (Type *T : {A.getParamByValType(), A.getParamStructRetType()})
        if (T)
          addType(T, Out);
    for (const Instruction &I : instructions(F)) {
      addTypesOf(I, Out);
      for (const Use &Operand : I.operands())
        if (const auto *C = dyn_cast<Constant>(Operand))
          addConstant(*C, Out);
    }
  }

  /// Rows for the types that code or variables of the module have.
  void listTypes() {
    Own Variables;
    for (const GlobalVariable &G : M.globals())
      addType(G.getValueType(), Variables);
    StringSet<> Names;
    DenseSet<uint32_t> Others; // uses that may be of any type
    auto AddAll = [&](const Own &O) {
      for (const StructType *T : O.Types)
        if (T->hasName())
          Names.insert(baseName(T->getName()));
      for (uint32_t What : O.Uses)
        if (What >> HCR_USE_SHIFT == HCR_USE_SIZE)
          Others.insert(What);
    };
    AddAll(Variables);
    for (const auto &[F, O] : Functions)
      AddAll(O);
    for (const RecordFacts &R : L.Known.records()) {
      bool IsUsed =
          Names.contains(R.IrName) || (R.Size & HCR_USED_DYNAMIC) ||
          Others.contains(use(HCR_USE_SIZE, R.Size & HCR_USED_SIZE)) ||
          ((R.Size & HCR_USED_BASES) && Others.contains(use(HCR_USE_SIZE, 0)));
      if (!IsUsed)
        continue;
      TypeRows[R.IrName].push_back(L.Table.UsedTypes.size());
      SizeRows[use(HCR_USE_SIZE, R.Size & HCR_USED_SIZE)].push_back(
          L.Table.UsedTypes.size());
      if (R.Size & HCR_USED_BASES)
        SizeRows[use(HCR_USE_SIZE, 0)].push_back(L.Table.UsedTypes.size());
      L.Table.UsedTypes.push_back({R.Name, R.Size, R.Layout});
    }
  }

  /// Also what functions use that it calls directly: they may be inlined.
  SmallVector<uint32_t, 8> everythingOf(const Function &F) {
    SmallSetVector<const Function *, 16> All;
    SmallSetVector<uint32_t, 16> Uses;
    All.insert(&F);
    for (size_t I = 0; I < All.size(); ++I) {
      auto It = Functions.find(All[I]);
      if (It == Functions.end())
        continue;
      for (uint32_t What : It->second.Uses)
        if (What >> HCR_USE_SHIFT != HCR_USE_SIZE || !L.Known.Known)
          Uses.insert(What);
        else // of one of these, or of a type that is not the program's
          for (uint32_t Row : SizeRows[What])
            Uses.insert(use(HCR_USE_TYPE, Row));
      for (const StructType *T : It->second.Types)
        if (T->hasName())
          if (auto Rows = TypeRows.find(baseName(T->getName()));
              Rows != TypeRows.end())
            for (uint32_t Row : Rows->second)
              Uses.insert(use(HCR_USE_TYPE, Row));
      for (const Function *Callee : It->second.Callees)
        All.insert(Callee);
    }
    return llvm::to_vector<8>(Uses);
  }

  /// A function without a row of its own is found on a stack by who called it,
  /// so that one must not leave before it does.
  void keepCallersOnStack() {
    SmallPtrSet<const Function *, 16> HasRow;
    for (const ProcRow &Row : L.Table.Procs)
      if (Row.Code)
        HasRow.insert(Row.Code);
    for (Function &F : M) {
      if (F.isDeclaration() || L.P.Untouched.contains(&F))
        continue;
      for (Instruction &I : instructions(F)) {
        auto *Call = dyn_cast<CallInst>(&I);
        Function *Callee = Call ? Call->getCalledFunction() : nullptr;
        if (!Callee || Callee == &F || Callee->isDeclaration() ||
            HasRow.contains(Callee) || Call->isMustTailCall() ||
            Callee->hasFnAttribute(Attribute::Naked))
          continue;
        if (!usesNothing(*Callee))
          Call->setTailCallKind(CallInst::TCK_NoTail);
      }
    }
  }

  bool usesNothing(const Function &F) {
    if (auto It = UsesNothing.find(&F); It != UsesNothing.end())
      return It->second;
    return UsesNothing[&F] = everythingOf(F).empty();
  }

  /// Whether anything but the pointer of \p G refers to it.
  bool isPlaced(const GlobalValue &G) const {
    SmallVector<const User *, 8> Open(G.users());
    SmallPtrSet<const User *, 8> Seen;
    while (!Open.empty()) {
      const User *U = Open.pop_back_val();
      if (!Seen.insert(U).second)
        continue;
      if (isa<Instruction>(U))
        return true;
      const auto *Holder = dyn_cast<GlobalVariable>(U);
      if (!Holder) {
        Open.append(U->user_begin(), U->user_end());
        continue;
      }
      bool IsHarmless = Holder->getName().starts_with("llvm.") ||
                        Holder->getName() == (plainName(G) + ".ptr").str() ||
                        is_contained(L.P.Globals, Holder);
      if (!IsHarmless)
        return true;
    }
    return false;
  }

  void markPlaced() {
    auto Mark = [this](auto &Rows) {
      for (auto &Row : Rows)
        if (Row.Symbol && !(Row.Flags & HCR_GLOBAL_CONSTANT) &&
            isPlaced(*Row.Symbol))
          Row.Flags |= HCR_GLOBAL_PLACED;
    };
    Mark(L.Table.Globals);
    Mark(L.Table.GlobalImports);
  }
};

} // namespace

void collectUses(Lowering &L) { UseCollection(L).run(); }

} // namespace hcr
