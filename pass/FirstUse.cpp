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
      if (isBornLater(G.getName()) && !G.use_empty())
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
    for (GlobalVariable *G : Variables)
      if (G->isDeclaration())
        declare(*G);
      else
        define(*G, Code ? &*Code : nullptr, Locals.contains(G));
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

  void define(GlobalVariable &G, TopLevelCode *Code, bool IsLocal) {
    std::string Name = G.getName().str();
    Function *Initialise = nullptr;
    if (Code) {
      Expected<Function *> Cut = Code->cut(G, Name + ".initialise");
      if (Cut)
        Initialise = *Cut;
      else if (IsLocal || OfModule)
        // Nobody is known to need it; a new module's is run as a whole.
        consumeError(Cut.takeError());
      else
        return report(G, toString(Cut.takeError()));
      if (IsLocal && !Initialise)
        return;
    }
    if (Initialise)
      Own.insert(Initialise);
    State S = {makeRan(Name + ".ran", G, true),
               makeFirstUse(Name + ".first_use", G)};
    emitFirstUse(S, Initialise);
    if (Initialise)
      States[&G] = S;
    else if (OfModule)
      OtherStates.push_back(S);
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
    emitFirstUse(*OfModule, StartUp);
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

  void emitFirstUse(const State &S, Function *Initialise) {
    auto Block = [&](const Twine &Name) {
      return BasicBlock::Create(Ctx, Name, S.FirstUse);
    };
    BasicBlock *Entry = Block("entry"), *Take = Block("take"),
               *Look = Block("look"), *Wait = Block("wait"),
               *Run = Block("run"), *Pass = Block("pass");
    IRBuilder<> B(Entry);
    // A variable of a new module has its value when the module's code has run.
    if (OfModule && S.FirstUse != OfModule->FirstUse) {
      BasicBlock *IsRun = Block("module"), *Failed = Block("failed");
      B.CreateCondBr(B.CreateCall(OfModule->FirstUse), Failed, IsRun);
      B.SetInsertPoint(Failed);
      B.CreateRet(B.getTrue());
      B.SetInsertPoint(IsRun);
      B.CreateCondBr(B.CreateICmpEQ(load(B, OfModule->Ran), B.getInt64(1)),
                     Take, Pass);
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
    Value *Before = B.CreateExtractValue(Exchange, 0);
    BasicBlock *IsTaken = Block("taken");
    B.CreateCondBr(B.CreateExtractValue(Exchange, 1), Run, IsTaken);
    B.SetInsertPoint(IsTaken);
    // Done, or asked by the code that does it.
    B.CreateCondBr(B.CreateOr(B.CreateICmpEQ(Before, B.getInt64(1)),
                              B.CreateICmpEQ(Before, Self)),
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
            F->getName() != (G->getName() + ".initialise").str())
          Guards[F].push_back(S);
    for (auto &[F, All] : Guards)
      for (const State &S : reverse(All))
        guard(*F, S);
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
