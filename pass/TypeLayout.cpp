// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TypeLayout.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;

namespace hcr {
namespace {

/// Writes a type down as a text in which two types of equal layout are equal.
/// A pointer is a pointer: what it points to is not part of the variable.
class LayoutText {
  std::string Text;
  bool Known = true;

public:
  void add(const DIType *T) {
    T = withoutNames(T);
    if (!T) {
      put("void");
    } else if (const auto *Basic = dyn_cast<DIBasicType>(T)) {
      put("basic", Basic->getEncoding(), Basic->getSizeInBits());
    } else if (const auto *Derived = dyn_cast<DIDerivedType>(T)) {
      put("pointer", Derived->getTag(), Derived->getSizeInBits());
    } else if (const auto *Composite = dyn_cast<DICompositeType>(T)) {
      addComposite(*Composite);
    } else {
      put("other", T->getTag(), T->getSizeInBits());
    }
  }

  uint64_t hash() const { return Known ? xxh3_64bits(Text) | 1 : 0; }

private:
  static const DIType *withoutNames(const DIType *T) {
    while (const auto *Derived = dyn_cast_or_null<DIDerivedType>(T)) {
      switch (Derived->getTag()) {
      case dwarf::DW_TAG_typedef:
      case dwarf::DW_TAG_const_type:
      case dwarf::DW_TAG_volatile_type:
      case dwarf::DW_TAG_restrict_type:
      case dwarf::DW_TAG_atomic_type:
        T = Derived->getBaseType();
        continue;
      default:
        return T;
      }
    }
    return T;
  }

  void addComposite(const DICompositeType &T) {
    if (T.isForwardDecl()) {
      Known = false;
      return;
    }
    put("composite", T.getTag(), T.getSizeInBits());
    if (T.getTag() == dwarf::DW_TAG_enumeration_type)
      return;
    if (T.getTag() == dwarf::DW_TAG_array_type) {
      add(T.getBaseType());
      return;
    }
    for (const DINode *Element : T.getElements()) {
      const auto *Part = dyn_cast<DIDerivedType>(Element);
      if (!Part || Part->isStaticMember() ||
          (Part->getTag() != dwarf::DW_TAG_member &&
           Part->getTag() != dwarf::DW_TAG_inheritance))
        continue;
      put(Part->getName(), Part->getOffsetInBits(), Part->getSizeInBits());
      add(Part->getBaseType());
    }
    put("end");
  }

  void put(StringRef Word, uint64_t First = 0, uint64_t Second = 0) {
    Text += Word;
    Text += ' ' + std::to_string(First) + ' ' + std::to_string(Second) + '\n';
  }
};

} // namespace

TypeLayout layoutOf(const GlobalVariable &G) {
  SmallVector<DIGlobalVariableExpression *, 1> Infos;
  G.getDebugInfo(Infos);
  // More than one: the pieces of a split variable, which Clang does not emit.
  if (Infos.size() != 1)
    return {};
  const DIType *T = Infos.front()->getVariable()->getType();
  LayoutText Text;
  Text.add(T);
  return {Text.hash(), T ? T->getName().str() : ""};
}

} // namespace hcr
