// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_PLUGIN_USEDTYPES_H
#define HCR_PLUGIN_USEDTYPES_H

#include "SystemHeaders.h"
#include "TypeLayouts.h"
#include "llvm/ADT/SetVector.h"

namespace clang {
class RecordDecl;
class Stmt;
class VarDecl;
} // namespace clang

namespace hcr {

class Facts;

/// The record types that code of the unit may know the layout of, and which of
/// them may have objects on a heap: those that `new` makes, that a pointer to
/// void, to bytes or to the first member is cast to, whose size data tells,
/// that the library's containers and pointers hold; and their parts.
class UsedTypes {
  clang::ASTContext &Context;
  SystemHeaders &Headers;
  TypeLayouts Layouts; ///< Apart from those that are told with all parts.
  llvm::SmallSetVector<const clang::RecordDecl *, 32> Records, Dynamic;
  llvm::DenseMap<const clang::RecordDecl *, bool> HoldsOwn;

  bool isPrograms(const clang::RecordDecl &Record);
  bool isSystem(const clang::RecordDecl &Record);
  void addArgument(clang::QualType T, unsigned Depth = 0);
  void addParts();
  std::string irName(const clang::RecordDecl &Record) const;

public:
  UsedTypes(clang::ASTContext &Context, SystemHeaders &Headers)
      : Context(Context), Headers(Headers), Layouts(Context) {}

  void add(const clang::RecordDecl &Record) { Records.insert(&Record); }
  /// Objects of \p T may be on a heap.
  void addDynamic(clang::QualType T);
  /// Looks for the places where objects get there.
  void lookAt(clang::Stmt &Code);
  void lookAt(clang::VarDecl &Variable); ///< That has an initial value.

  void describe(Facts &Out);
};

} // namespace hcr

#endif
