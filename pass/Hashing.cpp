// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Hashing.h"
#include "NamesFormat.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;

namespace hcr {
namespace {

/// Collects words and hashes them at the end.
class Hasher {
  SmallVector<uint64_t, 64> Words;

public:
  void add(uint64_t Word) { Words.push_back(Word); }
  void add(StringRef Text) { add(xxh3_64bits(Text)); }
  void add(const APInt &Value) {
    add(Value.getBitWidth());
    for (unsigned I = 0; I != Value.getNumWords(); ++I)
      add(Value.getRawData()[I]);
  }
  uint64_t finish() const {
    uint64_t Hash =
        xxh3_64bits(ArrayRef(reinterpret_cast<const uint8_t *>(Words.data()),
                             Words.size() * sizeof(uint64_t)));
    return Hash ? Hash : 1;
  }
};

/// `$_0`, `$_1`: without a name in the source, counted through the module.
/// `UlvE_`, `UlvE0_`: lambdas of inline functions, counted through those.
bool hasCountedName(StringRef Name) {
  return Name.contains("$_") || Name.contains("EUl") || Name.contains("NUl") ||
         Name.contains("NKUl");
}

/// Hashes constants and code of one function or initialiser. Structure types
/// count by content: `struct.P` may be called `struct.P.3` in another build.
class CodeHasher {
  Hasher H;
  DenseMap<const Value *, unsigned> Numbers;
  SmallPtrSet<const GlobalVariable *, 4> OpenPrivates;
  bool IsInitializer = false;
  SmallPtrSet<const Function *, 4> SeenLambdas;

public:
  uint64_t finish() const { return H.finish(); }

  void addType(const Type *T) {
    H.add(T->getTypeID());
    switch (T->getTypeID()) {
    case Type::IntegerTyID:
      H.add(T->getIntegerBitWidth());
      break;
    case Type::PointerTyID:
      H.add(T->getPointerAddressSpace());
      break;
    case Type::ArrayTyID:
      H.add(T->getArrayNumElements());
      addType(T->getArrayElementType());
      break;
    case Type::FixedVectorTyID:
    case Type::ScalableVectorTyID:
      H.add(cast<VectorType>(T)->getElementCount().getKnownMinValue());
      addType(cast<VectorType>(T)->getElementType());
      break;
    case Type::StructTyID:
      H.add(T->getStructNumElements());
      H.add(cast<StructType>(T)->isPacked());
      for (const Type *Element : T->subtypes())
        addType(Element);
      break;
    case Type::FunctionTyID:
      H.add(cast<FunctionType>(T)->isVarArg());
      H.add(T->getNumContainedTypes());
      for (const Type *Element : T->subtypes())
        addType(Element);
      break;
    default:
      break;
    }
  }

  void addConstant(const Constant *C) {
    addType(C->getType());
    if (const auto *G = dyn_cast<GlobalValue>(C)) {
      addGlobalReference(*G);
      return;
    }
    H.add(C->getValueID());
    if (const auto *Int = dyn_cast<ConstantInt>(C))
      H.add(Int->getValue());
    else if (const auto *Float = dyn_cast<ConstantFP>(C))
      H.add(Float->getValueAPF().bitcastToAPInt());
    else if (const auto *Data = dyn_cast<ConstantDataSequential>(C))
      H.add(Data->getRawDataValues());
    else if (const auto *Block = dyn_cast<BlockAddress>(C))
      H.add(blockNumber(*Block));
    else {
      if (const auto *Expr = dyn_cast<ConstantExpr>(C)) {
        H.add(Expr->getOpcode());
        if (const auto *Gep = dyn_cast<GEPOperator>(Expr))
          addType(Gep->getSourceElementType());
      }
      H.add(C->getNumOperands());
      for (const Use &Operand : C->operands())
        addConstant(cast<Constant>(Operand));
    }
  }

  void addFunction(const Function &F) {
    addType(F.getFunctionType());
    for (const Argument &A : F.args())
      number(&A);
    for (const BasicBlock &Block : F) {
      number(&Block);
      for (const Instruction &I : Block)
        number(&I);
    }
    for (const Instruction &I : instructions(F))
      if (!isa<DbgInfoIntrinsic>(I))
        addInstruction(I);
  }

  /// Code that initialises a variable: from \p Begin on, but not \p Except.
  /// Only what is the same at every level of optimisation: no lifetimes and
  /// hints, no numbers of blocks, nothing that only exceptions reach, no
  /// registration of destructors. Lambdas are what they do.
  void addInitializer(const BasicBlock &Begin, const BasicBlock *Except) {
    IsInitializer = true;
    SmallPtrSet<const BasicBlock *, 8> Reached;
    SmallVector<const BasicBlock *, 8> Work;
    auto Reach = [&](const BasicBlock *Block) {
      if (Block != Except && Reached.insert(Block).second)
        Work.push_back(Block);
    };
    Reach(&Begin);
    while (!Work.empty()) {
      const Instruction *End = Work.pop_back_val()->getTerminator();
      if (const auto *Invoke = dyn_cast<InvokeInst>(End))
        Reach(Invoke->getNormalDest());
      else
        for (const BasicBlock *Next : successors(End))
          Reach(Next);
    }
    for (const BasicBlock &Block : *Begin.getParent())
      if (Reached.contains(&Block))
        for (const Instruction &I : Block)
          addEssential(I);
  }

private:
  static bool isHint(const Instruction &I) {
    if (isa<AllocaInst>(I) || isa<UnreachableInst>(I))
      return true;
    if (const auto *Branch = dyn_cast<BranchInst>(&I))
      return Branch->isUnconditional();
    const auto *Call = dyn_cast<CallBase>(&I);
    const Function *Callee = Call ? Call->getCalledFunction() : nullptr;
    if (!Callee)
      return false;
    switch (Callee->getIntrinsicID()) {
    case Intrinsic::not_intrinsic:
      return Callee->getName() == "__cxa_atexit" ||
             Callee->getName() == "atexit";
    case Intrinsic::lifetime_start:
    case Intrinsic::lifetime_end:
    case Intrinsic::invariant_start:
    case Intrinsic::assume:
      return true;
    default:
      return isa<DbgInfoIntrinsic>(I);
    }
  }

  void addEssential(const Instruction &I) {
    if (isHint(I))
      return;
    if (const auto *Expect = dyn_cast<IntrinsicInst>(&I);
        Expect &&
        (Expect->getIntrinsicID() == Intrinsic::expect ||
         Expect->getIntrinsicID() == Intrinsic::expect_with_probability)) {
      number(Expect->getArgOperand(0));
      Numbers[&I] = Numbers[Expect->getArgOperand(0)];
      return;
    }
    for (const Use &Operand : I.operands())
      if (isa<Instruction>(Operand) || isa<Argument>(Operand))
        number(Operand);
    addInstruction(I);
    number(&I);
  }

  void number(const Value *V) { Numbers.try_emplace(V, Numbers.size()); }

  unsigned blockNumber(const BlockAddress &Address) {
    unsigned Number = 0;
    for (const BasicBlock &Block : *Address.getFunction()) {
      if (&Block == Address.getBasicBlock())
        break;
      ++Number;
    }
    return Number;
  }

  /// Strings and literals, whose names are only numbers.
  static bool isNameless(const GlobalVariable &G) {
    return G.hasPrivateLinkage() ||
           (G.hasLocalLinkage() && G.getName().starts_with(".")) ||
           (G.isConstant() && G.getName().starts_with("_ZGR"));
  }

  /// A string is what it says; everything else is its name.
  void addGlobalReference(const GlobalValue &G) {
    const auto *Variable = dyn_cast<GlobalVariable>(&G);
    if (Variable && isNameless(*Variable) && Variable->hasInitializer() &&
        OpenPrivates.insert(Variable).second) {
      addConstant(Variable->getInitializer());
      OpenPrivates.erase(Variable);
      return;
    }
    const auto *F = dyn_cast<Function>(&G);
    if (IsInitializer && F && !F->isDeclaration() &&
        hasCountedName(F->getName())) {
      if (SeenLambdas.insert(F).second)
        addInitializer(F->getEntryBlock(), nullptr);
      return;
    }
    H.add(G.getName());
  }

  void addOperand(const Value *V) {
    if (const auto *C = dyn_cast<Constant>(V)) {
      addConstant(C);
    } else if (const auto *Asm = dyn_cast<InlineAsm>(V)) {
      H.add(Asm->getAsmString());
      H.add(Asm->getConstraintString());
    } else if (auto It = Numbers.find(V); It != Numbers.end()) {
      H.add(It->second);
    }
  }

  void addOrdering(const Instruction &I) {
    auto Add = [this](AtomicOrdering Ordering) {
      H.add(static_cast<uint64_t>(Ordering));
    };
    if (const auto *Load = dyn_cast<LoadInst>(&I))
      Add(Load->getOrdering());
    else if (const auto *Store = dyn_cast<StoreInst>(&I))
      Add(Store->getOrdering());
    else if (const auto *Fence = dyn_cast<FenceInst>(&I))
      Add(Fence->getOrdering());
    else if (const auto *Update = dyn_cast<AtomicRMWInst>(&I))
      Add(Update->getOrdering());
    else if (const auto *Exchange = dyn_cast<AtomicCmpXchgInst>(&I)) {
      Add(Exchange->getSuccessOrdering());
      Add(Exchange->getFailureOrdering());
    }
  }

  void addInstruction(const Instruction &I) {
    // Calls in initialisers are the same with and without exceptions.
    bool IsCall = IsInitializer && isa<InvokeInst>(I);
    H.add(IsCall ? unsigned(Instruction::Call) : I.getOpcode());
    H.add(I.getRawSubclassOptionalData());
    addType(I.getType());
    if (const auto *Cmp = dyn_cast<CmpInst>(&I))
      H.add(Cmp->getPredicate());
    else if (const auto *Gep = dyn_cast<GetElementPtrInst>(&I))
      addType(Gep->getSourceElementType());
    else if (const auto *Alloca = dyn_cast<AllocaInst>(&I))
      addType(Alloca->getAllocatedType());
    else if (const auto *Call = dyn_cast<CallBase>(&I)) {
      addType(Call->getFunctionType());
      H.add(Call->getCallingConv());
    } else if (const auto *Phi = dyn_cast<PHINode>(&I))
      for (const BasicBlock *Block : Phi->blocks())
        H.add(Numbers.lookup(Block));
    else if (const auto *Extract = dyn_cast<ExtractValueInst>(&I))
      for (unsigned Index : Extract->indices())
        H.add(Index);
    else if (const auto *Insert = dyn_cast<InsertValueInst>(&I))
      for (unsigned Index : Insert->indices())
        H.add(Index);
    else if (const auto *Shuffle = dyn_cast<ShuffleVectorInst>(&I))
      for (int Lane : Shuffle->getShuffleMask())
        H.add(static_cast<uint64_t>(Lane));
    else if (const auto *Atomic = dyn_cast<AtomicRMWInst>(&I))
      H.add(Atomic->getOperation());
    H.add(I.isVolatile());
    addOrdering(I);
    for (const Use &Operand : I.operands())
      addOperand(Operand);
  }
};

} // namespace

uint64_t hashSignature(const FunctionType *Type, AttributeList Attributes) {
  CodeHasher Types;
  Types.addType(Type);
  Hasher H;
  H.add(Types.finish());
  H.add(Attributes.hasFnAttr(Attribute::NoReturn));
  for (unsigned I = 0; I != Type->getNumParams(); ++I) {
    AttributeSet Parameter = Attributes.getParamAttrs(I);
    for (llvm::Type *T :
         {Parameter.getByValType(), Parameter.getStructRetType()}) {
      CodeHasher Passed;
      if (T)
        Passed.addType(T);
      H.add(T ? Passed.finish() : 0);
    }
  }
  return H.finish();
}

uint64_t hashSignature(const Function &F) {
  // C's `int f();` is variadic without a named parameter and matches any. A
  // large structure's result is no named parameter.
  if (F.isDeclaration() && F.isVarArg() && F.arg_size() == F.hasStructRetAttr())
    return 0;
  AttributeList Attributes = F.getAttributes();
  if (!definitionsSayNoReturn(F.getParent()->getSourceFileName()))
    Attributes =
        Attributes.removeFnAttribute(F.getContext(), Attribute::NoReturn);
  return hashSignature(F.getFunctionType(), Attributes);
}

uint64_t hashInitializer(const BasicBlock &Begin, const BasicBlock *Except) {
  CodeHasher H;
  H.addInitializer(Begin, Except);
  return H.finish();
}

uint64_t combineHashes(uint64_t First, uint64_t Second) {
  Hasher H;
  H.add(First);
  H.add(Second);
  return H.finish();
}

/// Of a function its instructions, of a variable its initial value (addresses
/// count by symbol name).
static uint64_t hashContent(const GlobalObject &G) {
  CodeHasher H;
  if (const auto *F = dyn_cast<Function>(&G))
    H.addFunction(*F);
  else
    H.addConstant(cast<GlobalVariable>(G).getInitializer());
  return H.finish();
}

/// What identifies a lambda from outside: its function, its parameters, the
/// size of what it captures. 0 for other functions.
static uint64_t hashLambda(const Function &F) {
  StringRef Name = F.getName();
  if (!hasCountedName(Name) || !Name.contains("cl")) // operator()
    return 0;
  Hasher H;
  H.add(Name);
  H.add(hashSignature(F.getFunctionType(), F.getAttributes()));
  if (F.arg_size())
    H.add(F.getArg(0)->getDereferenceableBytes());
  return H.finish();
}

uint64_t Identities::signature(const Function &F) const {
  uint64_t Signature = hashSignature(F);
  if (!Lambdas || !hasCountedName(F.getName()))
    return Signature;
  Hasher H;
  H.add(Signature);
  H.add(Lambdas);
  return H.finish();
}

Identities::Identities(const llvm::Module &M) {
  for (const Function &F : M)
    if (!F.isDeclaration())
      Lambdas += hashLambda(F); // in any order
  Hasher Whole;
  for (const GlobalObject &G : M.global_objects()) {
    // Lists like llvm.used name what exists; they are not content.
    if (G.isDeclaration() || G.hasPrivateLinkage() || isa<GlobalIFunc>(G) ||
        G.getName().starts_with("llvm."))
      continue;
    uint64_t Hash = hashContent(G);
    Content[&G] = Hash;
    Whole.add(G.getName());
    Whole.add(G.getLinkage());
    Whole.add(Hash);
  }
  for (const GlobalAlias &A : M.aliases())
    Whole.add(A.getName());
  Whole.add(M.getModuleInlineAsm());
  Module = Whole.finish();
}

} // namespace hcr
