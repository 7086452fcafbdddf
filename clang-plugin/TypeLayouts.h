// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_PLUGIN_TYPELAYOUTS_H
#define HCR_PLUGIN_TYPELAYOUTS_H

#include "clang/AST/ASTContext.h"
#include "llvm/ADT/DenseMap.h"
#include <deque>
#include <string>

namespace hcr {

/// A type as Tables.h has it. What it points to is not part of it.
struct Layout {
  struct Field {
    std::string Name;
    const Layout *Type;
    uint64_t Offset, Size; ///< Bits.
    uint32_t Count = 1, Flags = 0;
  };
  std::string Name;
  uint32_t Kind = 0, Align = 0, Encoding = 0;
  uint64_t Size = 0;
  /// Of names, offsets and kinds of all parts, not of the types' own names:
  /// renaming a type moves nothing.
  uint64_t Hash = 0;
  uint64_t Key = 0; ///< Hash and name: identity within the translation unit.
  llvm::SmallVector<Field, 0> Fields;
};

/// The layouts of one translation unit, each type once.
class TypeLayouts {
  clang::ASTContext &Context;
  clang::PrintingPolicy Policy;
  std::deque<Layout> All;
  llvm::DenseMap<const clang::Type *, const Layout *> Known;

  bool fill(Layout &L, clang::QualType T);
  bool fillRecord(Layout &L, const clang::RecordDecl &Record);
  bool addBases(Layout &L, const clang::CXXRecordDecl &Record);
  bool addField(Layout &L, llvm::StringRef Name, clang::QualType T,
                uint64_t Offset, uint64_t Size, uint32_t Flags);
  void finish(Layout &L);

public:
  explicit TypeLayouts(clang::ASTContext &Context);

  /// Null for types without a layout: incomplete, dependent, of no fixed size.
  const Layout *of(clang::QualType T);

  const std::deque<Layout> &all() const { return All; }
};

} // namespace hcr

#endif
