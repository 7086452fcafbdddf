// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// libHcrClang.so: what only the compiler's front end knows, for the pass.
//
//   -fplugin=libHcrClang.so
//
// is all that a compile needs: it brings the pass along (PassLibrary.cpp). What
// it adds to the pass: attributes (Attributes.cpp), #pragma hcr (Pragma.cpp),
// canonical signatures of C functions (Signatures.cpp), layouts of the types of
// variables (TypeLayouts.cpp), and which declarations are a library's
// (SystemHeaders.cpp), and who is who where names are numbered (Names.cpp).
// Collector.cpp sees the declarations, Facts.cpp hands
// over what was found; pass/FactsFormat.h is the agreement.
#include "../pass/NamesFormat.h"
#include "Collector.h"
#include "Diagnostics.h"
#include "PassLibrary.h"
#include "clang/AST/ASTConsumer.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Frontend/FrontendPluginRegistry.h"

using namespace clang;

namespace hcr {
namespace {

/// Whether code is made of the unit, so that there is somebody to read facts.
bool makesCode(const CompilerInstance &CI) {
  switch (CI.getFrontendOpts().ProgramAction) {
  case frontend::EmitAssembly:
  case frontend::EmitBC:
  case frontend::EmitLLVM:
  case frontend::EmitLLVMOnly:
  case frontend::EmitCodeGenOnly:
  case frontend::EmitObj:
    return true;
  default:
    return false;
  }
}

class Action : public PluginASTAction {
  std::optional<std::string> Names; ///< -fplugin-arg-hcr-names[=FILE]

protected:
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &CI,
                                                 StringRef File) override {
    bool MakesCode = makesCode(CI);
    if (MakesCode)
      runPass(CI);
    auto Regions = std::make_unique<PragmaRegions>();
    addPragmaHandler(CI, *Regions);
    if (!Names && MakesCode && isGeneratedByNim(File))
      Names = "";
    return makeCollector(CI, std::move(Regions), MakesCode, Names);
  }

  bool ParseArgs(const CompilerInstance &CI,
                 const std::vector<std::string> &Arguments) override {
    for (llvm::StringRef Argument : Arguments)
      if (Argument.consume_front("names") &&
          (Argument.empty() || Argument.consume_front("=")))
        Names = Argument.str();
      else
        report(CI.getDiagnostics(), {}, Diag::UnknownArgument) << Argument;
    return true;
  }

  ActionType getActionType() override { return AddBeforeMainAction; }
};

FrontendPluginRegistry::Add<Action> Add("hcr", "hot code reloading");

} // namespace
} // namespace hcr
