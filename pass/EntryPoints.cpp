// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AddressUses.h"
#include "Lowering.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace hcr {
namespace {

class EntryPointEmission {
  Lowering &L;
  Module &M;
  LLVMContext &Ctx;
  Type *Void, *Ptr;

public:
  explicit EntryPointEmission(Lowering &L)
      : L(L), M(L.M), Ctx(M.getContext()), Void(Type::getVoidTy(Ctx)),
        Ptr(PointerType::get(Ctx, 0)) {}

  void run(EntryPoints Points) {
    if (L.Opts.isHost()) {
      L.Table.emit(M, L.Opts, L.Ids.Module, Points);
      emitRegistration();
      return;
    }
    Points.CreateTypeInfos = begin("hcr.create_type_infos", {});
    Points.DatInit = begin("hcr.dat_init", {});
    Points.Imports = makeImports();
    GlobalVariable &Table = L.Table.emit(M, L.Opts, L.Ids.Module, Points);

    emitRegistration();
    emitDatInit(*Points.DatInit, Table);
    emitCreateTypeInfos(*Points.CreateTypeInfos);
    emitHcrInit();
    emitGetImportedModules(*Points.Imports);
    emitGetSigHash();
    exportAs("HcrCreateTypeInfos", *Points.CreateTypeInfos);
    exportAs("DatInit000", *Points.DatInit);
    exportAs("Init000", *Points.Init);
  }

private:
  Function *begin(const Twine &Name, ArrayRef<Type *> Parameters,
                  Type *Result = nullptr) {
    auto *F = Function::Create(
        FunctionType::get(Result ? Result : Void, Parameters, false),
        GlobalValue::InternalLinkage, Name, M);
    F->setDSOLocal(true);
    F->addFnAttr(Attribute::NoUnwind);
    BasicBlock::Create(Ctx, "", F);
    return F;
  }

  /// The six names are weak, so that objects of several modules can be linked
  /// together: the table names each module's own functions.
  void exportAs(StringRef Name, Function &F) {
    GlobalAlias::create(F.getFunctionType(), 0, GlobalValue::WeakAnyLinkage,
                        Name, &F, &M);
  }

  GlobalVariable *bound(StringRef Name) {
    auto *G = dyn_cast<GlobalVariable>(
        M.getOrInsertGlobal(Name, Type::getInt8Ty(Ctx)));
    G->setVisibility(GlobalValue::HiddenVisibility);
    G->setDSOLocal(true);
    return G;
  }

  Function *runtimeCall(StringRef Name, ArrayRef<Type *> Parameters) {
    auto *F = cast<Function>(
        M.getOrInsertFunction(Name, FunctionType::get(Void, Parameters, false))
            .getCallee());
    F->setLinkage(GlobalValue::ExternalWeakLinkage);
    return F;
  }

  /// One constructor per image hands the image's tables to the runtime, if
  /// one is there:  if (&hcrRegisterImage) hcrRegisterImage(begin, end);
  void emitRegistration() {
    Function *Runtime = runtimeCall("hcrRegisterImage", {Ptr, Ptr});
    Function *Register = begin("hcr.register", {});
    Register->setLinkage(GlobalValue::LinkOnceODRLinkage);
    Register->setVisibility(GlobalValue::HiddenVisibility);
    makeComdat(*Register);
    IRBuilder<> B(&Register->back());
    Instruction *End = B.CreateRetVoid();
    B.SetInsertPoint(End);
    Value *IsThere = B.CreateIsNotNull(Runtime);
    IRBuilder<>(SplitBlockAndInsertIfThen(IsThere, End, false))
        .CreateCall(Runtime, {bound("__start_" HCR_MODULES_SECTION),
                              bound("__stop_" HCR_MODULES_SECTION)});
    appendToGlobalCtors(M, Register, /*Priority=*/0, Register);
  }

  /// A call that images make: at first the dynamic linker's answer, then what
  /// HcrInit000 got. One per image.
  GlobalVariable *callCell(StringRef Name, StringRef RuntimeName) {
    if (GlobalVariable *Known = M.getNamedGlobal(Name))
      return Known;
    Function *Runtime = runtimeCall(RuntimeName, {Ptr});
    GlobalVariable *Cell =
        makePointerVariable(M, Name, GlobalValue::LinkOnceODRLinkage, Runtime);
    makeComdat(*Cell);
    return Cell;
  }
  GlobalVariable *bindCall() { return callCell("hcr.bind", "hcrBindModule"); }
  GlobalVariable *registerTypeCall() {
    return callCell("hcr.register_type", "hcrRegisterType");
  }

  /// One call for each type of a variable; what it consists of is reached from
  /// there.
  void emitCreateTypeInfos(Function &F) {
    IRBuilder<> B(&F.back());
    SmallSetVector<unsigned, 16> Types;
    for (const GlobalRow &Row : L.Table.Globals)
      if (Row.Type)
        Types.insert(*Row.Type);
    if (Types.empty()) {
      B.CreateRetVoid();
      return;
    }
    Value *Register = B.CreateLoad(Ptr, registerTypeCall());
    Instruction *End = B.CreateRetVoid();
    B.SetInsertPoint(End);
    IRBuilder<> Then(
        SplitBlockAndInsertIfThen(B.CreateIsNotNull(Register), End, false));
    for (unsigned Type : Types)
      Then.CreateCall(FunctionType::get(Void, {Ptr}, false), Register,
                      {typeRow(M, Type)});
  }

  void emitDatInit(Function &DatInit, GlobalVariable &Table) {
    IRBuilder<> B(&DatInit.back());
    Value *Bind = B.CreateLoad(Ptr, bindCall());
    Instruction *End = B.CreateRetVoid();
    B.SetInsertPoint(End);
    Instruction *Then =
        SplitBlockAndInsertIfThen(B.CreateIsNotNull(Bind), End, false);
    IRBuilder<>(Then).CreateCall(FunctionType::get(Void, {Ptr}, false), Bind,
                                 {&Table});
  }

  /// Asks getProc for the runtime's calls, registers the image's tables.
  void emitHcrInit() {
    Function *F = begin("HcrInit000", {Ptr, Ptr});
    F->setLinkage(GlobalValue::WeakAnyLinkage);
    F->setDSOLocal(false);
    FunctionType *GetProcType = FunctionType::get(Ptr, {Ptr, Ptr}, false);
    IRBuilder<> B(&F->back());
    auto Ask = [&](StringRef Name) {
      return B.CreateCall(GetProcType, F->getArg(1),
                          {F->getArg(0), B.CreateGlobalStringPtr(Name)});
    };
    Value *Bind = Ask("hcrBindModule");
    B.CreateStore(Bind, bindCall());
    B.CreateStore(Ask("hcrRegisterType"), registerTypeCall());
    Value *Register = Ask("hcrRegisterImage");
    Instruction *End = B.CreateRetVoid();
    B.SetInsertPoint(End);
    Instruction *Then =
        SplitBlockAndInsertIfThen(B.CreateIsNotNull(Register), End, false);
    IRBuilder<>(Then).CreateCall(FunctionType::get(Void, {Ptr, Ptr}, false),
                                 Register,
                                 {bound("__start_" HCR_MODULES_SECTION),
                                  bound("__stop_" HCR_MODULES_SECTION)});
  }

  /// The list of imported modules, empty unless `hcr link` brings a strong
  /// definition that says more.
  GlobalVariable *makeImports() {
    Constant *Empty = ConstantDataArray::getString(Ctx, "");
    auto *Text = new GlobalVariable(M, Empty->getType(), true,
                                    GlobalValue::PrivateLinkage, Empty);
    auto *List = new GlobalVariable(
        M, ArrayType::get(Ptr, 1), /*isConstant=*/true,
        GlobalValue::WeakAnyLinkage,
        ConstantArray::get(ArrayType::get(Ptr, 1), {Text}), "hcr.imports");
    List->setVisibility(GlobalValue::HiddenVisibility);
    List->setDSOLocal(true);
    return List;
  }

  void emitGetImportedModules(GlobalVariable &Imports) {
    Function *F = begin("HcrGetImportedModules", {}, Ptr);
    F->setLinkage(GlobalValue::WeakAnyLinkage);
    F->setDSOLocal(false);
    IRBuilder<>(&F->back()).CreateRet(&Imports);
  }

  void emitGetSigHash() {
    Function *F = begin("HcrGetSigHash", {}, Ptr);
    F->setLinkage(GlobalValue::WeakAnyLinkage);
    F->setDSOLocal(false);
    IRBuilder<> B(&F->back());
    B.CreateRet(B.CreateGlobalStringPtr(
        utohexstr(L.Ids.Module, /*LowerCase=*/true, /*Width=*/16)));
  }
};

} // namespace

GlobalVariable *makeState(Module &M) {
  auto *Int32 = Type::getInt32Ty(M.getContext());
  auto *State = new GlobalVariable(M, Int32, /*isConstant=*/false,
                                   GlobalValue::InternalLinkage,
                                   ConstantInt::get(Int32, 0), "hcr.state");
  State->setExternallyInitialized(true);
  State->setDSOLocal(true);
  hideFromSanitizers(*State);
  return State;
}

void emitEntryPoints(Lowering &L, EntryPoints Points) {
  EntryPointEmission(L).run(Points);
}

} // namespace hcr
