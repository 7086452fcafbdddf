// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The IR does not say which variable a dynamic initialiser is for, but at this
// point it is just as Clang wrote it. In the order of evidence:
//
//   1. an inline variable or a static member of a template is the key of its
//      initialiser's row in llvm.global_ctors, or its guard is tested;
//   2. the destructor of a variable is registered last, after it was made. A
//      lifetime-extended temporary (`_ZGR`) bears the name of its variable;
//   3. a constant's storage is declared invariant from here on;
//   4. the last thing an initialiser does, but for the destructors of its
//      temporaries, is to write to its variable: a store, a constructor, a
//      function that returns a structure. What side effects write to comes
//      before: `int x = (counter++, f(&y))` ends with the store to x;
//   5. an object without members and without a destructor is not written to.
//      Such initialisers and the variables that nobody initialises else
//      belong together in the order of the source.
//
// Where the plugin told which variables have initialisers, and how many that
// are agrees, their order decides, unless 1 to 3 say otherwise.
#include "DynamicInit.h"
#include "Constructors.h"
#include "Facts.h"
#include "Hashing.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"
#include <map>

using namespace llvm;

namespace hcr {

bool isListOfInitializers(const Function &F) {
  return F.getName().starts_with("_GLOBAL__");
}

bool isInitializerOfVariable(const Function &F) {
  return F.getName().starts_with("__cxx_global_var_init");
}

SmallVector<CallBase *, 8> initializersIn(Function &List) {
  SmallVector<CallBase *, 8> Calls;
  for (Instruction &I : instructions(List))
    if (auto *Call = dyn_cast<CallBase>(&I))
      if (Function *F = Call->getCalledFunction();
          F && Call->arg_empty() && !F->isDeclaration())
        Calls.push_back(Call);
  return Calls;
}

GlobalVariable *variableAt(const Value *Address) {
  while (true) {
    Address = Address->stripPointerCasts();
    if (const auto *Gep = dyn_cast<GEPOperator>(Address))
      Address = Gep->getPointerOperand();
    else if (const auto *Phi = dyn_cast<PHINode>(Address);
             Phi && isa<Constant>(Phi->getIncomingValue(0)))
      Address = Phi->getIncomingValue(0);
    else if (const auto *Access = dyn_cast<IntrinsicInst>(Address);
             Access &&
             Access->getIntrinsicID() == Intrinsic::threadlocal_address)
      Address = Access->getArgOperand(0);
    else
      break;
  }
  auto *G = const_cast<GlobalVariable *>(dyn_cast<GlobalVariable>(Address));
  return G && !G->isDeclaration() ? G : nullptr;
}

namespace {

enum class Special { None, Constructor, Destructor };

Special specialMember(StringRef Name) {
  if (!Name.starts_with("_Z"))
    return Special::None;
  ItaniumPartialDemangler D;
  if (D.partialDemangle(Name.str().c_str()) || !D.isCtorOrDtor())
    return Special::None;
  size_t Size = 0;
  char *Base = D.getFunctionBaseName(nullptr, &Size);
  bool IsDestructor = Base && *Base == '~';
  std::free(Base);
  return IsDestructor ? Special::Destructor : Special::Constructor;
}

/// The name of what is called; aliases of constructors have names, too.
StringRef calleeName(const CallBase &Call) {
  const auto *Callee =
      dyn_cast<GlobalValue>(Call.getCalledOperand()->stripPointerCasts());
  return Callee ? Callee->getName() : "";
}

/// The one variable whose elements a `__cxx_global_array_dtor` destroys.
GlobalVariable *arrayDestroyedBy(const Function &Destructor) {
  for (const Instruction &I : instructions(Destructor))
    for (const Use &Operand : I.operands())
      if (auto *G = variableAt(Operand))
        return G;
  return nullptr;
}

GlobalVariable *objectOfRegistration(const CallBase &Call) {
  Module &M = *const_cast<Module *>(Call.getModule());
  StringRef Name = calleeName(Call);
  if (Name == "atexit" && Call.arg_size() == 1) {
    const auto *Stub = dyn_cast<Function>(Call.getArgOperand(0));
    StringRef Of = Stub ? Stub->getName() : "";
    return Stub && Stub->hasLocalLinkage() && Of.consume_front("__dtor_")
               ? M.getNamedGlobal(Of)
               : nullptr;
  }
  if (Name != "__cxa_atexit" || Call.arg_size() != 3 ||
      Call.getArgOperand(2)->stripPointerCasts()->getName() != "__dso_handle")
    return nullptr;
  const auto *Destructor =
      dyn_cast<GlobalValue>(Call.getArgOperand(0)->stripPointerCasts());
  if (!Destructor)
    return nullptr;
  if (Destructor->getName().starts_with("__cxx_global_array_dtor")) {
    const auto *F = dyn_cast<Function>(Destructor);
    return F ? arrayDestroyedBy(*F) : nullptr;
  }
  return specialMember(Destructor->getName()) == Special::Destructor
             ? variableAt(Call.getArgOperand(1))
             : nullptr;
}

bool isGuard(StringRef Name) { return Name.starts_with("_ZGV"); }

/// The variable that a guard (`_ZGV`) or an extended temporary (`_ZGR`) is
/// named after.
GlobalVariable *namedAfter(Module &M, StringRef Encoding) {
  if (GlobalVariable *G = M.getNamedGlobal(("_Z" + Encoding).str()))
    return G;
  // A variable outside of namespaces is not mangled: `1x` is x.
  StringRef Name = Encoding;
  size_t Length = 0;
  return !Name.consumeInteger(10, Length) && Length <= Name.size()
             ? M.getNamedGlobal(Name.take_front(Length))
             : nullptr;
}

GlobalVariable *variableOfTemporary(Module &M, StringRef Name) {
  if (!Name.consume_front("_ZGR") || !Name.consume_back("_"))
    return nullptr;
  // The temporaries of one variable are counted: "", "0", "1", … "A", …
  for (;;) {
    if (GlobalVariable *G = namedAfter(M, Name))
      return G;
    if (Name.empty() || !(isDigit(Name.back()) || isUpper(Name.back())))
      return nullptr;
    Name = Name.drop_back();
  }
}

/// Blocks from which a function returns: not those of exceptions.
SmallPtrSet<const BasicBlock *, 8> returningBlocks(const Function &F) {
  SmallPtrSet<const BasicBlock *, 8> Found;
  SmallVector<const BasicBlock *, 8> Work;
  auto Reach = [&](const BasicBlock *Block) {
    if (Found.insert(Block).second)
      Work.push_back(Block);
  };
  for (const BasicBlock &Block : F)
    if (isa<ReturnInst>(Block.getTerminator()))
      Reach(&Block);
  while (!Work.empty())
    for (const BasicBlock *From : predecessors(Work.pop_back_val()))
      Reach(From);
  return Found;
}

/// What one initialiser tells about its variable.
class Evidence {
  Module &M;
  GlobalVariable *Guarded = nullptr, *Destroyed = nullptr, *Invariant = nullptr,
                 *Written = nullptr;
  SmallPtrSet<GlobalVariable *, 4> AllWritten;
  bool CallsSinceWrite = false;

public:
  explicit Evidence(Function &Initializer) : M(*Initializer.getParent()) {
    auto Blocks = returningBlocks(Initializer);
    for (const BasicBlock &Block : Initializer)
      if (Blocks.contains(&Block))
        for (const Instruction &I : Block)
          look(I);
  }

  /// By rules 1 to 3, which never err.
  GlobalVariable *certain() const {
    for (GlobalVariable *G : {Guarded, Destroyed, Invariant})
      if (G)
        return variableFor(*G);
    return nullptr;
  }

  GlobalVariable *variable() const {
    if (GlobalVariable *G = certain())
      return G;
    // A call after the last write: what was written is a side effect of an
    // initialiser that leaves no trace, or the last member has none.
    if (Written && (!CallsSinceWrite || AllWritten.size() == 1))
      return CallsSinceWrite && !Written->getValueType()->isAggregateType()
                 ? nullptr
                 : variableFor(*Written);
    return nullptr;
  }

private:
  GlobalVariable *variableFor(GlobalVariable &G) const {
    GlobalVariable *Named = variableOfTemporary(M, G.getName());
    return Named ? Named : &G;
  }

  void write(const Value *Address) {
    GlobalVariable *G = variableAt(Address);
    if (!G)
      return;
    if (isGuard(G->getName())) {
      Guarded = namedAfter(M, G->getName().drop_front(4));
      return;
    }
    Written = G;
    AllWritten.insert(variableFor(*G));
    CallsSinceWrite = false;
  }

  void look(const Instruction &I) {
    if (const auto *Store = dyn_cast<StoreInst>(&I))
      write(Store->getPointerOperand());
    else if (const auto *Update = dyn_cast<AtomicRMWInst>(&I))
      write(Update->getPointerOperand());
    else if (const auto *Memory = dyn_cast<MemIntrinsic>(&I))
      write(Memory->getRawDest());
    else if (const auto *Intrinsic = dyn_cast<IntrinsicInst>(&I)) {
      if (Intrinsic->getIntrinsicID() == Intrinsic::invariant_start)
        Invariant = variableAt(Intrinsic->getArgOperand(1));
    } else if (const auto *Call = dyn_cast<CallBase>(&I))
      lookAtCall(*Call);
  }

  void lookAtCall(const CallBase &Call) {
    if (GlobalVariable *G = objectOfRegistration(Call)) {
      Destroyed = G;
      return;
    }
    StringRef Name = calleeName(Call);
    if (Name == "__cxa_guard_acquire" || Name == "__cxa_guard_release") {
      write(Call.getArgOperand(0));
      return;
    }
    Special Kind = specialMember(Name);
    if (Kind == Special::Destructor) // of a temporary
      return;
    CallsSinceWrite = true;
    for (unsigned I = 0; I != Call.arg_size(); ++I)
      if (Call.paramHasAttr(I, Attribute::StructRet) ||
          (I == 0 && Kind == Special::Constructor))
        write(Call.getArgOperand(I));
  }
};

/// `struct Registered {}`: one byte that nobody writes.
bool hasNoMembers(const GlobalVariable &G) {
  auto *T = dyn_cast<StructType>(G.getValueType());
  return T && G.getDataLayout().getTypeAllocSize(T) == 1 &&
         T->getNumElements() == 1 && T->getElementType(0)->isIntegerTy(8);
}

} // namespace

/// Rule 5.
static void
pairLeftOnes(Module &M,
             MapVector<const Function *, GlobalVariable *> &VariableOf) {
  SmallPtrSet<const GlobalVariable *, 16> Taken;
  SmallVector<const Function *, 4> Open;
  for (auto &[F, G] : VariableOf)
    if (G)
      Taken.insert(G);
    else
      Open.push_back(F);
  if (Open.empty())
    return;
  SmallVector<GlobalVariable *, 4> Left;
  for (GlobalVariable &G : M.globals())
    if (!G.isDeclaration() && !G.isConstant() && hasNoMembers(G) &&
        !Taken.contains(&G) && !G.getName().starts_with("_ZZ"))
      Left.push_back(&G);
  if (Open.size() == Left.size())
    for (auto [F, G] : zip(Open, Left))
      VariableOf[F] = G;
}

/// Function-local statics: the code between the test of the guard and its
/// release.
static void addLocalStatics(Function &F,
                            DenseMap<const GlobalVariable *, uint64_t> &Hash) {
  for (BasicBlock &Block : F) {
    auto *Branch = dyn_cast<BranchInst>(Block.getTerminator());
    if (!Branch || !Branch->isConditional())
      continue;
    auto *Test = dyn_cast<ICmpInst>(Branch->getCondition());
    auto *Byte = Test ? dyn_cast<LoadInst>(Test->getOperand(0)) : nullptr;
    auto *Guard = Byte ? variableAt(Byte->getPointerOperand()) : nullptr;
    if (!Guard || !isGuard(Guard->getName()))
      continue;
    if (GlobalVariable *G =
            namedAfter(*F.getParent(), Guard->getName().drop_front(4)))
      Hash.try_emplace(G, hashInitializer(*Branch->getSuccessor(0),
                                          Branch->getSuccessor(1)));
  }
}

void DynamicInit::assign(Module &M, const Facts &Known) {
  std::multimap<uint32_t, Function *> Lists; // by priority
  for (const Constructor &C : constructorsIn(M))
    if (isInitializerOfVariable(*C.F))
      VariableOf[C.F] = C.Key ? C.Key : Evidence(*C.F).variable();
    else if (isListOfInitializers(*C.F))
      Lists.emplace(C.Priority, C.F);
  SmallVector<Function *, 8> Listed;
  for (auto [Priority, List] : Lists)
    for (CallBase *Call : initializersIn(*List))
      Listed.push_back(Call->getCalledFunction());

  auto Declared = Known.initializedInOrder(/*ThreadLocal=*/false);
  auto Agrees = [](auto Pair) {
    GlobalVariable *G = Evidence(*std::get<0>(Pair)).certain();
    return !G || G == std::get<1>(Pair);
  };
  if (Listed.size() == Declared.size() &&
      all_of(zip(Listed, Declared), Agrees)) {
    for (auto [F, G] : zip(Listed, Declared))
      VariableOf[F] = G;
    return;
  }
  for (Function *F : Listed)
    VariableOf[F] = Evidence(*F).variable();
  pairLeftOnes(M, VariableOf);
}

DynamicInit::DynamicInit(Module &M, const Facts &Known) {
  assign(M, Known);
  for (auto &[F, G] : VariableOf)
    if (G)
      Hash[G] = hashInitializer(F->getEntryBlock(), nullptr);
  for (Function &F : M) {
    if (!F.isDeclaration() && !VariableOf.contains(&F))
      addLocalStatics(F, Hash);
    for (Instruction &I : instructions(F))
      if (auto *Call = dyn_cast<CallBase>(&I))
        if (GlobalVariable *G = objectOfRegistration(*Call))
          Registrations.push_back({Call, G});
  }
}

} // namespace hcr
