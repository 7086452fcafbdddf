// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// libHcrPass.so: makes a translation unit reloadable.
//
// The pass runs at the start of the pipeline: once per translation unit in
// every mode (-O0 to -O3, before ThinLTO and LTO links), before anything is
// inlined. It never runs twice on a module. What each step turns IR into is
// shown in Lowering.h; the contract with the runtime is docs/Abi.md.
#include "AddressUses.h"
#include "Classify.h"
#include "DynamicInit.h"
#include "FirstUse.h"
#include "Hashing.h"
#include "Lowering.h"
#include "ModuleTable.h"
#include "Names.h"
#include "Nim.h"
#include "Options.h"
#include "StableEntry.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Passes/PassPlugin.h"

using namespace llvm;

namespace hcr {
namespace {

constexpr StringRef DoneMark = "hcr.module.name";

/// Keeps how the object was made in a section that is not loaded.
void addRecords(Module &M, const Options &Opts) {
  LLVMContext &Ctx = M.getContext();
  auto Add = [&](const Twine &Prefix, StringRef Text) {
    if (!Text.empty())
      M.getOrInsertNamedMetadata("llvm.commandline")
          ->addOperand(
              MDNode::get(Ctx, MDString::get(Ctx, (Prefix + Text).str())));
  };
  Add("hcr1:", Opts.Record);
  Add("hcrg1:", Opts.Generator);
}

/// What is in a module that the pass cannot rewrite; "" if nothing is.
std::string whatIsUnknown(const Module &M) {
  if (!targetHasStableEntries(M))
    return "the target '" + M.getTargetTriple() + "'";
  if (const GlobalVariable *G = findRelativeAddress(M))
    return "relative addresses in data, as in '" + demangle(G->getName()) + "'";
  return "";
}

/// One warning, at the first function that would have been reloadable.
void warnAbout(Module &M, const Twine &What) {
  for (Function &F : M)
    if (!F.isDeclaration()) {
      M.getContext().diagnose(DiagnosticInfoUnsupported(
          F,
          "hot code reloading does not know " + What +
              "; the module is left as it is",
          DiagnosticLocation(F.getSubprogram()), DS_Warning));
      return;
    }
}

/// Line tables alone say nothing of types.
bool hasDebugTypes(const Module &M) {
  return any_of(M.debug_compile_units(), [](const DICompileUnit *Unit) {
    return Unit->getEmissionKind() == DICompileUnit::FullDebug;
  });
}

class HcrPass : public PassInfoMixin<HcrPass> {
  Options Opts;

public:
  explicit HcrPass(Options Opts) : Opts(std::move(Opts)) {}

  static bool isRequired() { return true; }

  PreservedAnalyses run(Module &M, ModuleAnalysisManager &Analyses) {
    if (M.getNamedMetadata(DoneMark))
      return PreservedAnalyses::all();
    Facts Known = Facts::takeFrom(M);
    addRecords(M, Opts);
    if (!takeNames(M, Known))
      return PreservedAnalyses::none();
    if (std::string What = whatIsUnknown(M); !What.empty()) {
      warnAbout(M, What);
      return PreservedAnalyses::none();
    }
    makeReloadable(M, Known, Analyses);
    return PreservedAnalyses::none();
  }

private:
  /// Symbols get their names first of all. False after an error.
  bool takeNames(Module &M, Facts &Known) {
    if (!Opts.NamesFile.empty()) {
      Expected<Names> Given = Names::read(Opts.NamesFile);
      if (!Given) {
        M.getContext().emitError(toString(Given.takeError()));
        return false;
      }
      if (!renameSymbols(M, Known, *Given))
        return false;
      Opts.IsNewModule = Given->IsNewModule;
      Opts.NewVariables = std::move(Given->NewVariables);
    }
    keepNames(M, Opts.moduleNameFor(M.getSourceFileName()), Known);
    return true;
  }

  void makeReloadable(Module &M, const Facts &Known,
                      ModuleAnalysisManager &Analyses) {
    auto &Functions =
        Analyses.getResult<FunctionAnalysisManagerModuleProxy>(M).getManager();
    auto LibraryInfo = [&](Function &F) -> const TargetLibraryInfo & {
      return Functions.getResult<TargetLibraryAnalysis>(F);
    };

    bringLibcStatics(M, Opts);
    numberLocalStatics(M);
    makeRoomInVtables(M);
    if (Opts.IsImage && isNimModule(M))
      initialiseAtFirstUse(M, Opts);

    // What each symbol is, and what it says, before anything changes.
    Plan P = classify(M, Opts, Known, LibraryInfo);
    Identities Ids(M);
    DynamicInit Dynamic(M, Known);
    ModuleTable Table;
    Table.ModuleName = Opts.moduleNameFor(M.getSourceFileName());
    M.getOrInsertNamedMetadata(DoneMark)->addOperand(MDNode::get(
        M.getContext(), MDString::get(M.getContext(), Table.ModuleName)));
    Lowering L{M, Opts, P, Ids, Known, Table, Dynamic};
    Table.Flags = (Known.Known ? HCR_MODULE_TYPED : 0) |
                  (hasDebugTypes(M) ? HCR_MODULE_DEBUG : 0);
    if (isNimModule(M)) // callers are generated along: only data remembers
      Table.ProcFlags = HCR_PROC_OUTLIVES;

    // Life and death of variables first, while the code is as Clang wrote it.
    lowerDestructors(L);
    EntryPoints Points;
    Points.ExitHandle = &exitHandle(M, Opts);
    if (!Opts.isHost())
      Points.State = makeState(M);
    Points.Init = lowerInitializers(L, Points.State);
    if (Opts.IsImage && isNimModule(M))
      fillTypeInfos(M, *Points.Init);

    // Then every symbol gets its indirection and its row in the table.
    lowerThreadLocals(L);
    if (Opts.IsImage)
      keepFrames(L);
    lowerFunctions(L);
    lowerVariables(L);
    lowerTypeInfos(L);

    // Last, what the runtime reads: the addresses left in data, the table.
    collectFixups(L);
    collectUses(L);
    emitEntryPoints(L, Points);
    if (Opts.IsImage)
      tellRaceDetector(L, *Points.Init, *Points.State);
  }
};

void registerCallbacks(PassBuilder &Builder) {
  Builder.registerPipelineStartEPCallback(
      [](ModulePassManager &Passes, OptimizationLevel) {
        Passes.addPass(HcrPass(Options::fromCommandLine()));
      });
  Builder.registerPipelineParsingCallback(
      [](StringRef Name, ModulePassManager &Passes,
         ArrayRef<PassBuilder::PipelineElement>) {
        if (!Name.consume_front("hcr") ||
            !(Name.empty() ||
              (Name.consume_front("<") && Name.consume_back(">"))))
          return false;
        Expected<Options> Opts = Options::fromParameters(Name);
        if (!Opts) {
          errs() << "hcr: " << toString(Opts.takeError()) << "\n";
          return false;
        }
        Passes.addPass(HcrPass(std::move(*Opts)));
        return true;
      });
}

} // namespace
} // namespace hcr

extern "C" LLVM_ATTRIBUTE_WEAK
    LLVM_ATTRIBUTE_VISIBILITY_DEFAULT PassPluginLibraryInfo
    llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "hcr", "0.1", hcr::registerCallbacks};
}
