// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_PLUGIN_SYSTEMHEADERS_H
#define HCR_PLUGIN_SYSTEMHEADERS_H

#include "clang/Basic/SourceLocation.h"
#include "llvm/ADT/DenseMap.h"
#include <string>

namespace clang {
class CompilerInstance;
class FunctionDecl;
class NamespaceDecl;
class SourceManager;
class VarDecl;
} // namespace clang

namespace hcr {

/// Which declarations are not the program's: those from system headers,
/// unless the header lies inside the project root (libraries that a project
/// carries along and names with -isystem are compiled with it).
class SystemHeaders {
  clang::SourceManager &SM;
  std::string Root; ///< With a slash at its end; empty: everything.
  llvm::DenseMap<clang::FileID, bool> Known;

public:
  explicit SystemHeaders(clang::CompilerInstance &CI);

  bool contain(clang::SourceLocation Where);
  /// A definition counts where it is, a function that is only declared where
  /// it is declared, everywhere.
  bool declare(const clang::FunctionDecl &F);
  bool declare(const clang::VarDecl &V);
  /// Namespaces of the C++ library: the pass knows their functions by name.
  bool areAllOf(const clang::NamespaceDecl &N);
};

} // namespace hcr

#endif
