// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "FirstUse.h"
#include "NamesFormat.h"
#include "Nim.h"
#include "TopLevelCode.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace hcr {
namespace {

class FirstUses {
  Module &M;
  LLVMContext &Ctx;
  const Options &Opts;
  Type *Int1, *Int64;
  Function *StartUp; ///< Init000, null if the module has none.
  /// What runs before a function of this module does: `X`, or Init000 of a new
  /// module.
  struct State {
    GlobalVariable *Ran;
    Function *FirstUse;
  };
  MapVector<GlobalVariable *, State> States; // declared and defined variables
  std::optional<State> OfModule;
  SmallPtrSet<Function *, 16> Own; ///< Functions that are made here.

public:
  FirstUses(Module &M, const Options &Opts)
      : M(M), Ctx(M.getContext()), Opts(Opts), Int1(Type::getInt1Ty(Ctx)),
        Int64(Type::getInt64Ty(Ctx)), StartUp(startUpCode(M)) {}

  void run() {
    SmallVector<GlobalVariable *, 8> Variables;
    for (GlobalVariable &G : M.globals())
      if (isBornLater(G.getName()) && !isCountedByNim(G.getName()) &&
          !G.use_empty())
        Variables.push_back(&G);
    if (Opts.IsNewModule && StartUp)
      OfModule = stateOfModule();
    if (!Variables.empty())
      makeStates(Variables);
    if (OfModule)
      finishModule();
    guardFunctions();
  }

private:
  void makeStates(ArrayRef<GlobalVariable *> Variables) {
    SmallPtrSet<GlobalVariable *, 8> Locals;
    for (GlobalVariable *G : Variables)
      if (!G->isDeclaration() && isLocal(*G))
        Locals.insert(G);
    std::optional<TopLevelCode> Code;
    if (StartUp)
      Code.emplace(*StartUp, Locals);
    SmallVector<GlobalVariable *, 8> Defined;
    for (GlobalVariable *G : Variables)
      if (G->isDeclaration())
        declare(*G);
      else
        Defined.push_back(G);
    define(Defined, Code ? &*Code : nullptr, Locals);
  }

  /// Used in the start-up code alone, or by the collector.
  bool isLocal(const GlobalVariable &G) const {
    return StartUp && all_of(usersOf(G), [&](const Function *F) {
             return F == StartUp || belongsToVersion(*F);
           });
  }

  static SmallSetVector<Function *, 8> usersOf(const GlobalVariable &G) {
    SmallSetVector<Function *, 8> Result;
    SmallVector<const User *, 8> Work(G.user_begin(), G.user_end());
    while (!Work.empty()) {
      const User *U = Work.pop_back_val();
      if (const auto *I = dyn_cast<Instruction>(U))
        Result.insert(const_cast<Function *>(I->getFunction()));
      else if (isa<ConstantExpr>(U))
        Work.append(U->user_begin(), U->user_end());
    }
    return Result;
  }

  GlobalVariable *makeRan(const Twine &Name, const GlobalValue &Like,
                          bool IsDefined) {
    auto *Ran = new GlobalVariable(
        M, Int64, /*isConstant=*/false, Like.getLinkage(),
        IsDefined ? ConstantInt::get(Int64, 0) : nullptr, Name);
    copyReach(*Ran, Like);
    return Ran;
  }

  Function *makeFirstUse(const Twine &Name, const GlobalValue &Like) {
    auto *F = Function::Create(FunctionType::get(Int1, false),
                               Like.getLinkage(), Name, M);
    copyReach(*F, Like);
    Own.insert(F);
    return F;
  }

  static void copyReach(GlobalValue &To, const GlobalValue &From) {
    To.setVisibility(From.getVisibility());
    To.setDSOLocal(From.isDSOLocal());
  }

  void declare(GlobalVariable &G) {
    // Not what a body of inline assembly or the linker alone may know.
    States[&G] = {makeRan(G.getName() + ".ran", G, false),
                  makeFirstUse(G.getName() + ".first_use", G)};
  }

  /// A variable that is defined here and what gives it its first value.
  struct Definition {
    GlobalVariable *G;
    TopLevelCode::Part Part;
    Function *Initialise = nullptr;
    State S = {};
  };

  void define(ArrayRef<GlobalVariable *> Variables, TopLevelCode *Code,
              const SmallPtrSetImpl<GlobalVariable *> &Locals) {
    SmallVector<Definition, 0> Found;
    for (GlobalVariable *G : Variables) {
      Definition D = {G, {}};
      if (Code) {
        Expected<TopLevelCode::Part> Part = Code->partFor(*G);
        Expected<Function *> Cut =
            !Part           ? Part.takeError()
            : Part->empty() ? Expected<Function *>(nullptr)
                            : Code->cut({&*Part}, G->getName() + ".initialise");
        if (Cut) {
          D.Initialise = *Cut;
          D.Part = std::move(*Part);
        } else if (Locals.contains(G) ||
                   (OfModule && !Opts.NewVariables.count(G->getName().str()))) {
          // Nobody is known to need it; a new module's is run as a whole.
          consumeError(Cut.takeError());
        } else {
          report(*G, toString(Cut.takeError()));
          continue;
        }
      }
      if (Locals.contains(G) && !D.Initialise)
        continue;
      if (D.Initialise)
        Own.insert(D.Initialise);
      D.S = {makeRan(G->getName() + ".ran", *G, true),
             makeFirstUse(G->getName() + ".first_use", *G)};
      if (D.Initialise)
        States[G] = D.S;
      else if (OfModule)
        OtherStates.push_back(D.S);
      Found.push_back(std::move(D));
    }
    SmallPtrSet<const Definition *, 8> Done;
    for (Definition &First : Found) {
      if (!Done.insert(&First).second)
        continue;
      SmallVector<Definition *, 2> Group = {&First};
      for (size_t I = 0; I < Group.size() && !Locals.contains(First.G); ++I)
        for (Definition &Other : Found)
          if (!Locals.contains(Other.G) &&
              TopLevelCode::haveCommonCall(Group[I]->Part, Other.Part) &&
              Done.insert(&Other).second)
            Group.push_back(&Other);
      if (Group.size() > 1)
        initialiseTogether(Group, *Code);
      const State *Before = OfModule ? &*OfModule : nullptr;
      for (Definition *D : Group) {
        emitFirstUse(D->S, D->Initialise, Before);
        Before = &First.S;
      }
    }
  }

  /// `let (a, b) = f()` calls f() once: the first of them does it for all, as
  /// long as no older version has given one a value.
  void initialiseTogether(ArrayRef<Definition *> Group, TopLevelCode &Code) {
    Definition &First = *Group.front();
    SmallVector<const TopLevelCode::Part *, 2> Parts;
    for (Definition *D : Group)
      Parts.push_back(&D->Part);
    Expected<Function *> All =
        Code.cut(Parts, First.G->getName() + ".initialise_all");
    if (!All)
      return consumeError(All.takeError());
    Own.insert(*All);
    auto *F = Function::Create(FunctionType::get(Type::getVoidTy(Ctx), false),
                               GlobalValue::InternalLinkage,
                               First.G->getName() + ".initialise_first", M);
    F->setDSOLocal(true);
    Own.insert(F);
    auto Block = [&] { return BasicBlock::Create(Ctx, "", F); };
    BasicBlock *Entry = Block(), *Together = Block(), *Alone = Block(),
               *Fine = Block(), *Out = Block();
    IRBuilder<> B(Entry);
    Value *Any = B.getInt64(0);
    for (Definition *D : Group.drop_front())
      Any = B.CreateOr(Any, load(B, D->S.Ran));
    B.CreateCondBr(B.CreateIsNull(Any), Together, Alone);
    B.SetInsertPoint(Alone);
    B.CreateCall(First.Initialise);
    B.CreateBr(Out);
    B.SetInsertPoint(Together);
    B.CreateCall(*All);
    if (Value *Flag = errorFlag(B))
      B.CreateCondBr(B.CreateIsNull(B.CreateLoad(B.getInt8Ty(), Flag)), Fine,
                     Out);
    else
      B.CreateBr(Fine);
    B.SetInsertPoint(Fine);
    for (Definition *D : Group.drop_front())
      store(B, D->S.Ran, B.getInt64(1));
    B.CreateBr(Out);
    B.SetInsertPoint(Out);
    B.CreateRetVoid();
    First.Initialise = F;
  }

  SmallVector<State, 0> OtherStates; ///< Without an initialiser of their own.

  void report(const GlobalVariable &G, const Twine &Why) {
    M.getContext().diagnose(DiagnosticInfoUnsupported(
        *StartUp,
        "the new variable '" + G.getName().split("__").first +
            "' cannot be initialised in the running program: " + Why +
            "; restart the program",
        DiagnosticLocation(StartUp->getSubprogram())));
  }

  State stateOfModule() {
    State S = {makeRan(StartUp->getName() + ".ran", *StartUp, true),
               makeFirstUse(StartUp->getName() + ".first_use", *StartUp)};
    return S;
  }

  /// After all of Init000 each variable of this version has its value; those
  /// of a later one are initialised one by one.
  void finishModule() {
    emitFirstUse(*OfModule, StartUp, nullptr);
    IRBuilder<> B(&Done->front());
    for (auto &[G, S] : States)
      if (!S.Ran->isDeclaration())
        store(B, S.Ran, B.getInt64(1));
    for (const State &S : OtherStates)
      store(B, S.Ran, B.getInt64(1));
  }

  BasicBlock *Done = nullptr; ///< Of the last emitFirstUse: no exception.

  FunctionCallee libc(StringRef Name, Type *Result) {
    return M.getOrInsertFunction(Name, FunctionType::get(Result, false));
  }

  static LoadInst *load(IRBuilderBase &B, GlobalVariable *Ran) {
    LoadInst *Load = B.CreateAlignedLoad(B.getInt64Ty(), Ran, Align(8));
    Load->setAtomic(AtomicOrdering::Acquire);
    return Load;
  }
  static void store(IRBuilderBase &B, GlobalVariable *Ran, Value *V) {
    B.CreateAlignedStore(V, Ran, Align(8))->setAtomic(AtomicOrdering::Release);
  }

  /// Nim's error flag with --exceptions:goto, as an address; else null.
  Value *errorFlag(IRBuilderBase &B) {
    Function *Flag = M.getFunction("nimErrorFlag");
    return Flag && Flag->arg_empty() ? B.CreateCall(Flag) : nullptr;
  }

  /// \p Before is what has to have run before.
  void emitFirstUse(const State &S, Function *Initialise, const State *Before) {
    auto Block = [&](const Twine &Name) {
      return BasicBlock::Create(Ctx, Name, S.FirstUse);
    };
    BasicBlock *Entry = Block("entry"), *Take = Block("take"),
               *Look = Block("look"), *Wait = Block("wait"),
               *Run = Block("run"), *Pass = Block("pass");
    IRBuilder<> B(Entry);
    if (Before) {
      BasicBlock *IsRun = Block("before"), *Failed = Block("failed");
      B.CreateCondBr(B.CreateCall(Before->FirstUse), Failed, IsRun);
      B.SetInsertPoint(Failed);
      B.CreateRet(B.getTrue());
      B.SetInsertPoint(IsRun); // else it asks itself
      B.CreateCondBr(B.CreateICmpEQ(load(B, Before->Ran), B.getInt64(1)), Take,
                     Pass);
    } else {
      B.CreateBr(Take);
    }
    B.SetInsertPoint(Take);
    Value *Self = B.CreatePtrToInt(
        B.CreateCall(libc("pthread_self", B.getPtrTy())), Int64);
    B.CreateBr(Look);

    B.SetInsertPoint(Look);
    AtomicCmpXchgInst *Exchange = B.CreateAtomicCmpXchg(
        S.Ran, B.getInt64(0), Self, Align(8), AtomicOrdering::AcquireRelease,
        AtomicOrdering::Acquire);
    Value *Was = B.CreateExtractValue(Exchange, 0);
    BasicBlock *IsTaken = Block("taken");
    B.CreateCondBr(B.CreateExtractValue(Exchange, 1), Run, IsTaken);
    B.SetInsertPoint(IsTaken);
    // Done, or asked by the code that does it.
    B.CreateCondBr(B.CreateOr(B.CreateICmpEQ(Was, B.getInt64(1)),
                              B.CreateICmpEQ(Was, Self)),
                   Pass, Wait);
    B.SetInsertPoint(Wait);
    B.CreateCall(libc("sched_yield", B.getInt32Ty()));
    B.CreateBr(Look);

    B.SetInsertPoint(Run);
    Value *Flag = Initialise ? errorFlag(B) : nullptr;
    Value *WasRaised = nullptr;
    if (Flag) { // a destructor may run while an exception is on its way
      WasRaised = B.CreateLoad(B.getInt8Ty(), Flag);
      B.CreateStore(B.getInt8(0), Flag);
    }
    if (Initialise)
      B.CreateCall(Initialise);
    Done = Block("done");
    if (Flag) {
      BasicBlock *Raised = Block("raised");
      B.CreateCondBr(B.CreateIsNotNull(B.CreateLoad(B.getInt8Ty(), Flag)),
                     Raised, Done);
      B.SetInsertPoint(Raised);
      store(B, S.Ran, B.getInt64(0)); // the next use tries again
      B.CreateRet(B.getTrue());
    } else {
      B.CreateBr(Done);
    }
    B.SetInsertPoint(Done);
    if (Flag)
      B.CreateStore(WasRaised, Flag);
    store(B, S.Ran, B.getInt64(1));
    B.CreateBr(Pass);
    B.SetInsertPoint(Pass);
    B.CreateRet(B.getFalse());
  }

  void guardFunctions() {
    MapVector<Function *, SmallVector<State, 2>> Guards;
    if (OfModule)
      for (Function &F : M)
        if (!F.isDeclaration() && F.hasExternalLinkage() && !Own.contains(&F) &&
            !isStartUpCode(F))
          Guards[&F].push_back(*OfModule);
    for (auto &[G, S] : States)
      for (Function *F : usersOf(*G))
        if (!isStartUpCode(*F) && !belongsToVersion(*F) &&
            !isInitialiserOf(*F, *G))
          Guards[F].push_back(S);
    for (auto &[F, All] : Guards)
      for (const State &S : reverse(All))
        guard(*F, S);
  }

  static bool isInitialiserOf(const Function &F, const GlobalVariable &G) {
    StringRef Name = F.getName();
    return Name.consume_front(G.getName()) && Name.starts_with(".initialise");
  }

  /// Nothing has happened yet in \p F when its initialisers are run: it can
  /// return zero, as functions do from which an exception comes.
  void guard(Function &F, const State &S) {
    Instruction *Start = &*F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
    DebugLoc Where =
        F.getSubprogram()
            ? DebugLoc(DILocation::get(Ctx, 0, 0, F.getSubprogram()))
            : DebugLoc();
    IRBuilder<> B(Start);
    B.SetCurrentDebugLocation(Where);
    Value *IsNew = B.CreateICmpNE(load(B, S.Ran), B.getInt64(1));
    Instruction *Then =
        SplitBlockAndInsertIfThen(IsNew, Start, /*Unreachable=*/false,
                                  MDBuilder(Ctx).createUnlikelyBranchWeights());
    B.SetInsertPoint(Then);
    B.SetCurrentDebugLocation(Where);
    Value *HasRaised = B.CreateCall(S.FirstUse);
    Instruction *Out =
        SplitBlockAndInsertIfThen(HasRaised, Then, /*Unreachable=*/true);
    B.SetInsertPoint(Out);
    B.SetCurrentDebugLocation(Where);
    for (Argument &A : F.args())
      if (Type *T = A.getParamStructRetType())
        B.CreateMemSet(&A, B.getInt8(0), M.getDataLayout().getTypeAllocSize(T),
                       A.getParamAlign());
    if (F.getReturnType()->isVoidTy())
      B.CreateRetVoid();
    else
      B.CreateRet(Constant::getNullValue(F.getReturnType()));
    Out->eraseFromParent();
  }
};

} // namespace

void initialiseAtFirstUse(Module &M, const Options &Opts) {
  FirstUses(M, Opts).run();
}

} // namespace hcr
