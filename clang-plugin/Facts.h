// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_PLUGIN_FACTS_H
#define HCR_PLUGIN_FACTS_H

#include "TypeLayouts.h"

namespace clang {
class CompilerInstance;
class VarDecl;
} // namespace clang

namespace hcr {

/// What the pass is told about one translation unit (pass/FactsFormat.h).
class Facts {
  std::string Text;

public:
  void addSystemSymbol(llvm::StringRef Name);
  void addSignature(uint64_t Signature, llvm::StringRef Name);
  void addTypes(const TypeLayouts &Layouts);
  /// \p Flags: HcrUsedTypeFlags.
  void addUsedType(const Layout &L, llvm::StringRef IrName, uint32_t Flags);
  /// \p Lines as in pass/NamesFormat.h.
  void addNames(llvm::StringRef Lines);

  /// Hands them to clang's code generator, as a constant.
  void emit(clang::CompilerInstance &CI) const;
};

/// Says the type of a variable that is about to be emitted.
void markType(clang::VarDecl &V, const Layout &L);

/// Says that code initialises or destroys a variable at namespace scope. The
/// code of those with smaller numbers comes first.
void markDynamic(clang::VarDecl &V, uint64_t Order);

/// Adds `annotate(Text)` unless it is there.
void annotate(clang::Decl &D, llvm::StringRef Text);

} // namespace hcr

#endif
