// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Statics of one name in different blocks of a C function.
//
// Clang calls the first one `f.n`; LLVM makes the next ones unique with a
// number that it counts through the whole module: an edit in another function
// turns `f.n.3` into `f.n.4`, which would be a new variable. So the number
// becomes the place among those of the same function and name.
#include "Lowering.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace hcr {

/// "f.n" of "f.n.3" if there is such a variable, else nothing.
static StringRef baseOf(const GlobalVariable &G) {
  auto [Base, Number] = G.getName().rsplit('.');
  uint64_t Count;
  if (!G.hasInternalLinkage() || !Base.contains('.') || Base.front() == '.' ||
      Number.getAsInteger(10, Count))
    return "";
  const GlobalVariable *First = G.getParent()->getNamedGlobal(Base);
  return First && First->hasInternalLinkage() ? Base : "";
}

void numberLocalStatics(Module &M) {
  // In the order in which Clang made them, which is that of the source.
  MapVector<StringRef, SmallVector<GlobalVariable *, 2>> Groups;
  for (GlobalVariable &G : M.globals())
    if (StringRef Base = baseOf(G); !Base.empty())
      Groups[Base].push_back(&G);
  for (auto &[Base, Variables] : Groups) {
    std::string Name = Base.str();
    for (GlobalVariable *G : Variables)
      G->setName("");
    for (auto [Index, G] : enumerate(Variables))
      G->setName(Name + "." + Twine(Index + 1));
  }
}

} // namespace hcr
