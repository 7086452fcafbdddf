// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Constructors.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"
#include <optional>

using namespace llvm;

namespace hcr {
namespace {

constexpr uint32_t DefaultPriority = 65535;

/// What compilers and people call one of the two lists.
struct List {
  StringRef Variable, Section, OldSection;
  /// Runs before all others; "" if there is none.
  StringRef EarlySection;
};
constexpr List AtStart = {"llvm.global_ctors", ".init_array", ".ctors",
                          ".preinit_array"};
constexpr List AtEnd = {"llvm.global_dtors", ".fini_array", ".dtors", ""};

/// `.init_array.00200`: 200. `.ctors.65335` counts the other way.
std::optional<uint32_t> priorityOf(StringRef Section, const List &L) {
  if (!L.EarlySection.empty() && Section == L.EarlySection)
    return 0;
  bool IsOld = !Section.consume_front(L.Section);
  if (IsOld && !Section.consume_front(L.OldSection))
    return std::nullopt;
  uint32_t Number = 0;
  if (Section.empty())
    return DefaultPriority;
  if (!Section.consume_front(".") || Section.getAsInteger(10, Number))
    return std::nullopt;
  return IsOld ? DefaultPriority - std::min(Number, DefaultPriority) : Number;
}

Function *functionAt(const Value *Address) {
  return const_cast<Function *>(
      dyn_cast<Function>(Address->stripPointerCasts()));
}

SmallVector<Constructor, 4> read(Module &M, const List &L) {
  SmallVector<Constructor, 4> Result;
  auto *Known = M.getNamedGlobal(L.Variable);
  if (Known && Known->hasInitializer())
    if (auto *Rows = dyn_cast<ConstantArray>(Known->getInitializer()))
      for (const Use &Row : Rows->operands()) {
        auto *Fields = cast<ConstantStruct>(Row);
        uint64_t Priority =
            cast<ConstantInt>(Fields->getOperand(0))->getZExtValue();
        auto *Key = Fields->getNumOperands() < 3
                        ? nullptr
                        : dyn_cast<GlobalVariable>(
                              Fields->getOperand(2)->stripPointerCasts());
        if (Function *F = functionAt(Fields->getOperand(1));
            F && !F->isDeclaration())
          Result.push_back({static_cast<uint32_t>(Priority), F, Key});
      }
  for (GlobalVariable &G : M.globals()) {
    auto Priority = priorityOf(G.getSection(), L);
    if (!Priority || !G.hasInitializer())
      continue;
    Constant *Initial = G.getInitializer();
    if (Function *F = functionAt(Initial))
      Result.push_back({*Priority, F, nullptr});
    else if (auto *Several = dyn_cast<ConstantArray>(Initial))
      for (const Use &Element : Several->operands())
        if (Function *F = functionAt(Element))
          Result.push_back({*Priority, F, nullptr});
  }
  return Result;
}

} // namespace

SmallVector<Constructor, 4> constructorsIn(Module &M) {
  return read(M, AtStart);
}

SmallVector<Constructor, 4> destructorsIn(Module &M) { return read(M, AtEnd); }

void eraseLists(Module &M) {
  for (const List &L : {AtStart, AtEnd}) {
    if (GlobalVariable *Known = M.getNamedGlobal(L.Variable))
      Known->eraseFromParent();
    for (GlobalVariable &G : M.globals())
      if (priorityOf(G.getSection(), L))
        G.setSection("");
  }
}

} // namespace hcr
