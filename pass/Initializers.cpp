// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AddressUses.h"
#include "Constructors.h"
#include "Lowering.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"
#include <array>
#include <map>
#include <optional>

using namespace llvm;

namespace hcr {
namespace {

class InitializerLowering {
  Lowering &L;
  Module &M;
  LLVMContext &Ctx;
  GlobalVariable *State;
  /// The program's arguments, if somebody asks for them.
  std::optional<std::array<GlobalVariable *, 3>> Arguments;
  DenseMap<const Function *, unsigned> Rows;

public:
  InitializerLowering(Lowering &L, GlobalVariable *State)
      : L(L), M(L.M), Ctx(M.getContext()), State(State) {}

  /// Constructors of a host image run as ever; a later image must only know
  /// which of the user's have run.
  void markConstructors() {
    for (const Constructor &C : constructorsIn(M))
      if (!isListOfInitializers(*C.F) && !isInitializerOfVariable(*C.F))
        makeMarker(*C.F);
    for (const Constructor &C : destructorsIn(M))
      makeMarker(*C.F);
  }

  Function *moveConstructors() {
    auto Constructors = byPriority(constructorsIn(M));
    // Registered upwards, so run downwards, as the linker's list is, and
    // registered first, so run after all objects are gone.
    auto Destructors = byPriority(destructorsIn(M));
    eraseLists(M);

    Function *Init = makeFunction("hcr.init");
    IRBuilder<> Body(&Init->getEntryBlock().back());
    if (!Destructors.empty()) {
      Function *Part = makeFunction("hcr.init.destructors");
      for (auto &[Priority, Functions] : Destructors)
        for (Function *F : Functions)
          addDestructor(*Part, *F);
      Body.CreateCall(Part);
      makeStartUp(*Part, 1); // after hcr.register, before every constructor
    }
    for (auto &[Priority, Functions] : Constructors) {
      Function *Part = makeFunction("hcr.init." + Twine(Priority));
      for (Function *F : Functions)
        addConstructor(*Part, *F);
      Body.CreateCall(Part);
      makeStartUp(*Part, Priority);
    }
    return Init;
  }

private:
  /// By priority, then in the order of the source.
  static std::map<uint32_t, SmallVector<Function *, 4>>
  byPriority(ArrayRef<Constructor> Rows) {
    std::map<uint32_t, SmallVector<Function *, 4>> Result;
    for (const Constructor &C : Rows)
      Result[C.Priority].push_back(C.F);
    return Result;
  }

  /// define internal void @Name() { ret void }
  Function *makeFunction(const Twine &Name, ArrayRef<Type *> Parameters = {}) {
    auto *F = Function::Create(
        FunctionType::get(Type::getVoidTy(Ctx), Parameters, false),
        GlobalValue::InternalLinkage, Name, M);
    F->setDSOLocal(true);
    ReturnInst::Create(Ctx, BasicBlock::Create(Ctx, "", F));
    return F;
  }

  /// A byte that is 1 until the runtime finds that its variable lived before.
  GlobalVariable *freshByteOf(GlobalVariable &G) {
    GlobalVariable *&Fresh = L.Fresh[&G];
    if (!Fresh) {
      auto *Int8 = Type::getInt8Ty(Ctx);
      Fresh = new GlobalVariable(M, Int8, false, GlobalValue::InternalLinkage,
                                 ConstantInt::get(Int8, 1),
                                 plainName(G) + ".fresh");
      Fresh->setExternallyInitialized(true);
      Fresh->setDSOLocal(true);
      hideFromSanitizers(*Fresh);
    }
    return Fresh;
  }

  /// A persistent byte that stands for "this constructor has run".
  GlobalVariable *makeMarker(StringRef FunctionName) {
    auto *Int8 = Type::getInt8Ty(Ctx);
    std::string Name = (FunctionName + ".ran").str();
    if (GlobalVariable *Known = M.getNamedGlobal(Name))
      return Known;
    auto *Marker =
        new GlobalVariable(M, Int8, false, GlobalValue::InternalLinkage,
                           ConstantInt::get(Int8, 0), Name);
    Marker->setDSOLocal(true);
    L.P.Globals.push_back(Marker);
    return Marker;
  }

  /// Functions that are put into lists by hand may stand there twice.
  GlobalVariable *makeMarker(const Function &F) {
    unsigned Before = Rows[&F]++;
    return makeMarker(F.getName().str() +
                      (Before ? "." + std::to_string(Before) : ""));
  }

  /// Turns \p Call into  if (fresh == 1) { fresh = 2; call; fresh = 0 }. What
  /// is 2 after Init000 was not initialised: something threw. Another call of
  /// Init000 then goes on behind it.
  void guard(CallBase &Call, GlobalVariable *Fresh) {
    IRBuilder<> B(&Call);
    Value *IsFresh =
        B.CreateICmpEQ(B.CreateLoad(B.getInt8Ty(), Fresh), B.getInt8(1));
    Instruction *Then = SplitBlockAndInsertIfThen(IsFresh, &Call, false);
    IRBuilder<>(Then).CreateStore(B.getInt8(2), Fresh);
    Call.moveBefore(Then);
    IRBuilder<>(Then).CreateStore(B.getInt8(0), Fresh);
  }

  /// `constructor(int argc, char **argv, char **envp)`: the dynamic linker
  /// gives these to all that it runs at start-up and when it loads an image.
  SmallVector<Value *, 3> argumentsFor(const Function &F, IRBuilderBase &B) {
    SmallVector<Value *, 3> Result;
    if (F.arg_empty())
      return Result;
    auto *Int = Type::getInt32Ty(Ctx);
    auto *Ptr = PointerType::get(Ctx, 0);
    if (!Arguments)
      Arguments = {makeCell("hcr.argc", Int), makeCell("hcr.argv", Ptr),
                   makeCell("hcr.envp", Ptr)};
    for (const Argument &A : F.args()) {
      GlobalVariable *Cell = A.getArgNo() < Arguments->size()
                                 ? (*Arguments)[A.getArgNo()]
                                 : nullptr;
      if (Cell && Cell->getValueType() == A.getType())
        Result.push_back(B.CreateLoad(A.getType(), Cell));
      else
        Result.push_back(Constant::getNullValue(A.getType()));
    }
    return Result;
  }

  GlobalVariable *makeCell(StringRef Name, Type *T) {
    auto *Cell = new GlobalVariable(M, T, /*isConstant=*/false,
                                    GlobalValue::InternalLinkage,
                                    Constant::getNullValue(T), Name);
    Cell->setDSOLocal(true);
    hideFromSanitizers(*Cell);
    return Cell;
  }

  void addConstructor(Function &Part, Function &F) {
    // An inline variable's initialiser has the comdat of the variable, whose
    // copy in another object may be the one that is kept.
    F.setComdat(nullptr);
    IRBuilder<> B(Part.back().getTerminator());
    CallInst *Call = B.CreateCall(&F, argumentsFor(F, B));
    if (isListOfInitializers(F)) {
      for (CallBase *Each : initializersIn(F))
        guardInitializer(*Each);
    } else if (isInitializerOfVariable(F)) {
      guardInitializer(*Call);
    } else {
      guard(*Call, freshByteOf(*makeMarker(F)));
    }
  }

  void guardInitializer(CallBase &Call) {
    Function *F = Call.getCalledFunction();
    GlobalVariable *G = L.Dynamic.VariableOf.lookup(F);
    if (G && is_contained(L.P.Globals, G)) {
      guard(Call, freshByteOf(*G));
      return;
    }
    // A static variable that is left alone is another one in each version.
    if (G && G->hasLocalLinkage() && !isOfStandardLibrary(G->getName())) {
      guard(Call, freshByteOf(*G)); // without a row: fresh in each version
      return;
    }
    // Nothing to see: the same code once, whatever it is for.
    guard(Call,
          freshByteOf(*makeMarker(G ? G->getName().str()
                                    : "hcr.initializer." +
                                          utohexstr(hashInitializer(
                                              F->getEntryBlock(), nullptr)))));
  }

  static bool isOfStandardLibrary(StringRef Name) {
    return Name.starts_with("_ZSt") || Name.starts_with("_ZNSt");
  }

  /// A destructor function runs at exit, registered once in the process's
  /// life through its stable entry.
  void addDestructor(Function &Part, Function &F) {
    Type *Ptr = PointerType::get(Ctx, 0);
    FunctionCallee AtExit = M.getOrInsertFunction(
        "__cxa_atexit", Type::getInt32Ty(Ctx), Ptr, Ptr, Ptr);
    Instruction *End = Part.back().getTerminator();
    IRBuilder<> B(End);
    Constant *Null = ConstantPointerNull::get(PointerType::get(Ctx, 0));
    CallInst *Call = B.CreateCall(AtExit, {&F, Null, Null});
    guard(*Call, freshByteOf(*makeMarker(F)));
  }

  /// Without a runtime, or in a program, start-up code runs the part at its
  /// own priority; in an image that the runtime loads it leaves that to it.
  void makeStartUp(Function &Part, uint32_t Priority) {
    Type *Ptr = PointerType::get(Ctx, 0);
    Function *StartUp = makeFunction(Part.getName() + ".start_up",
                                     {Type::getInt32Ty(Ctx), Ptr, Ptr});
    Instruction *End = StartUp->getEntryBlock().getTerminator();
    IRBuilder<> B(End);
    if (Arguments)
      for (auto [I, Cell] : enumerate(*Arguments))
        B.CreateStore(StartUp->getArg(I), Cell);
    Value *Bits = B.CreateAnd(B.CreateLoad(B.getInt32Ty(), State),
                              B.getInt32(HCR_STATE_RUNTIME));
    Value *IsOurs = B.CreateICmpEQ(Bits, B.getInt32(0));
    IRBuilder<>(SplitBlockAndInsertIfThen(IsOurs, End, false))
        .CreateCall(&Part);
    appendToGlobalCtors(M, StartUp, Priority);
  }
};

} // namespace

Function *lowerInitializers(Lowering &L, GlobalVariable *State) {
  InitializerLowering Initializers(L, State);
  if (L.Opts.isHost()) {
    Initializers.markConstructors();
    return nullptr;
  }
  // Destructors of persistent objects belong to the program or the plugin, not
  // to an image, which may go before them.
  if (GlobalVariable *Handle = L.M.getNamedGlobal("__dso_handle"))
    if (Handle->isDeclaration() && L.Opts.IsImage) {
      // Those of thread-locals are registered elsewhere (ThreadLocals.cpp).
      Handle->replaceUsesWithIf(
          Constant::getNullValue(Handle->getType()), [](const Use &U) {
            const auto *Call = dyn_cast<CallBase>(U.getUser());
            const Function *F = Call ? Call->getCalledFunction() : nullptr;
            return F && F->getName() == "__cxa_thread_atexit";
          });
      replaceAddressInCode(*Handle, L.P, [&](IRBuilderBase &B) {
        return loadPointer(B, exitHandle(L.M, L.Opts), /*IsInvariant=*/true);
      });
      Handle->replaceAllUsesWith(Constant::getNullValue(Handle->getType()));
      Handle->eraseFromParent();
    }
  return Initializers.moveConstructors();
}

} // namespace hcr
