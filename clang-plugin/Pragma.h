// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// #pragma hcr off … #pragma hcr on: what is defined between them is
// nonreloadable. A region that is not closed ends with its file, so a header
// never switches off who includes it; a header inside a region belongs to it.
// Regions nest. Pragmas inside functions are diagnosed and do nothing.
#ifndef HCR_PLUGIN_PRAGMA_H
#define HCR_PLUGIN_PRAGMA_H

#include "clang/Basic/SourceLocation.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

namespace clang {
class CompilerInstance;
class DiagnosticsEngine;
class SourceManager;
} // namespace clang

namespace hcr {

/// The pragmas of one translation unit.
class PragmaRegions {
  struct Pragma {
    clang::SourceLocation Where;
    clang::FileID File;
    bool IsOff;
  };
  struct Region {
    clang::SourceLocation Begin, End; // of expansions
  };
  llvm::SmallVector<Pragma, 0> Pragmas;
  llvm::SmallVector<Region, 0> Regions;
  llvm::DenseMap<clang::FileID, unsigned> Depth;
  bool IsCurrent = true;

  void findRegions(const clang::SourceManager &SM);

public:
  /// Takes note of a pragma; false if it is an `on` without an `off`.
  bool add(const clang::SourceManager &SM, clang::SourceLocation Where,
           bool IsOff);

  /// Whether what stands at \p Where is switched off.
  bool isOff(const clang::SourceManager &SM, clang::SourceLocation Where);

  /// Reports and forgets the pragmas inside a function's body.
  void dropInside(clang::DiagnosticsEngine &Diagnostics,
                  clang::SourceRange Body);
};

/// Makes the preprocessor of \p CI know the pragma.
void addPragmaHandler(clang::CompilerInstance &CI, PragmaRegions &Regions);

} // namespace hcr

#endif
