// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_PASS_TYPETABLE_H
#define HCR_PASS_TYPETABLE_H

#include "Facts.h"
#include <optional>

namespace hcr {

/// The types of a module's variables and everything they consist of, parts
/// before wholes: what becomes HcrType[] and HcrField[].
class TypeTable {
public:
  struct Row {
    const TypeFacts *Type;
    llvm::SmallVector<unsigned, 4> Parts; ///< Rows of the fields' types.
  };

  /// The row of \p T; none if the plugin did not tell a part of it.
  std::optional<unsigned> add(const TypeFacts &T, const Facts &Known);

  const llvm::SmallVector<Row, 0> &rows() const { return Rows; }
  bool empty() const { return Rows.empty(); }

private:
  llvm::SmallVector<Row, 0> Rows;
  llvm::DenseMap<const TypeFacts *, unsigned> Index;
};

} // namespace hcr

#endif
