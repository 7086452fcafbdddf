// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_PLUGIN_COLLECTOR_H
#define HCR_PLUGIN_COLLECTOR_H

#include "Pragma.h"
#include <memory>
#include <optional>
#include <string>

namespace clang {
class ASTConsumer;
class CompilerInstance;
} // namespace clang

namespace hcr {

/// Sees each declaration before code is made of it, marks what the pass must
/// know about it, and at the end writes the unit's facts.
///
/// \p WritesFacts is false where no code is made (precompiled headers and
/// modules, -fsyntax-only): then only `#pragma hcr` marks definitions, for
/// those who use the header.
///
/// \p Names: which definitions numbered names belong to is written to this
/// file or, where it is empty, told to the pass with the facts.
std::unique_ptr<clang::ASTConsumer>
makeCollector(clang::CompilerInstance &CI,
              std::unique_ptr<PragmaRegions> Regions, bool WritesFacts,
              std::optional<std::string> Names);

} // namespace hcr

#endif
