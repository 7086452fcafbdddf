// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TypeTable.h"

using namespace llvm;

namespace hcr {

std::optional<unsigned> TypeTable::add(const TypeFacts &T, const Facts &Known) {
  if (auto It = Index.find(&T); It != Index.end())
    return It->second;
  Row R{&T, {}};
  for (const TypeFacts::Field &F : T.Fields) {
    const TypeFacts *Part = Known.type(F.Key);
    std::optional<unsigned> PartRow =
        Part ? add(*Part, Known) : std::optional<unsigned>();
    if (!PartRow)
      return std::nullopt;
    R.Parts.push_back(*PartRow);
  }
  Index[&T] = Rows.size();
  Rows.push_back(std::move(R));
  return Index[&T];
}

} // namespace hcr
