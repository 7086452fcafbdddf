// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names that end in a running number: NamesFormat.h.
#ifndef HCR_PASS_NAMES_H
#define HCR_PASS_NAMES_H

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <set>
#include <string>

namespace llvm {
class Module;
}

namespace hcr {

struct Facts;

/// What the builder says about the names of one module.
struct Names {
  llvm::StringMap<std::string> Others; ///< Symbols that get another name.
  /// Nothing of the module was in the program when it started.
  bool IsNewModule = false;
  /// What an earlier version of the new module did not have.
  std::set<std::string> NewVariables;

  /// Reads the file of -hcr-names.
  static llvm::Expected<Names> read(llvm::StringRef File);
};

/// Gives symbols the names that they have in the running program, in the facts,
/// too. Must come before anything looks at names. False after reporting that
/// two symbols would become one.
bool renameSymbols(llvm::Module &M, Facts &Known, const Names &Given);

/// Keeps the lines that describe the definitions in a section that is not
/// loaded, for the builder of the next version.
void keepNames(llvm::Module &M, llvm::StringRef ModuleName, const Facts &Known);

} // namespace hcr

#endif
