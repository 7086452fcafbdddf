// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the clang plugin says about a module, as the pass uses it.
#ifndef HCR_PASS_FACTS_H
#define HCR_PASS_FACTS_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/GlobalVariable.h"
#include <map>
#include <string>
#include <vector>

namespace hcr {

/// HcrType, with references by pointer.
struct TypeFacts {
  struct Field {
    std::string Name;
    uint64_t Offset = 0, Size = 0, Key = 0;
    uint32_t Count = 0, Flags = 0;
  };
  std::string Name;
  uint64_t Size = 0, Layout = 0;
  uint32_t Kind = 0, Align = 0, Encoding = 0;
  llvm::SmallVector<Field, 0> Fields;
};

/// A record type that code of the unit can know the layout of (HcrUsedType).
struct RecordFacts {
  std::string Name;
  std::string IrName; ///< Of its type in IR, without numbers.
  uint64_t Layout = 0;
  uint32_t Size = 0; ///< And HcrUsedTypeFlags.
};

/// A definition whose name ends in a number.
struct NameLine {
  char Kind;
  std::string Name;
  std::string Rest; ///< TYPE CONTENT
};

struct Facts {
  bool Known = false; ///< The plugin was there.

  /// Takes the plugin's facts and marks out of \p M. Must come first of all:
  /// what they are carried by would be uses of every variable's address.
  static Facts takeFrom(llvm::Module &M);

  /// Canonical signature of a C function; 0: not known.
  uint64_t signature(llvm::StringRef Name) const {
    return Signatures.lookup(Name);
  }
  /// Declared or defined in a system header.
  bool isSystem(const llvm::GlobalValue &G) const;
  /// Null if not known. Lives as long as the facts.
  const TypeFacts *type(const llvm::GlobalVariable &G) const;
  const TypeFacts *type(uint64_t Key) const;
  /// Variables at namespace scope that code initialises or destroys, in the
  /// order in which it runs: thread-locals or the others. Inline variables and
  /// instances of templates are not among them.
  llvm::SmallVector<llvm::GlobalVariable *, 0>
  initializedInOrder(bool ThreadLocal) const;
  const llvm::SmallVector<RecordFacts, 0> &records() const { return Records; }
  /// As NamesFormat.h has them.
  const std::vector<NameLine> &names() const { return Names; }

  /// Follows the symbols to their other names.
  void rename(const llvm::StringMap<std::string> &Others);

private:
  llvm::StringMap<uint64_t> Signatures;
  llvm::StringSet<> SystemSymbols;
  llvm::DenseMap<uint64_t, TypeFacts> Types;
  llvm::SmallVector<RecordFacts, 0> Records;
  std::vector<NameLine> Names;
  llvm::DenseMap<const llvm::GlobalVariable *, uint64_t> Variables;
  std::map<uint64_t, llvm::GlobalVariable *> Dynamic;

  void read(llvm::StringRef Text);
};

} // namespace hcr

#endif
