// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Type information of classes whose key function lives in another module.
//
// An image names it in places that no load can reach: the type tables of
// landing pads. A program that exports its symbols answers such a reference;
// one built with -fvisibility=hidden does not, and a null there would mean
// "catch everything". So an image brings a stand-in, weak and visible: the
// program's own comes first if it is exported, and otherwise the stand-in
// has the same name, which is what the C++ runtime compares: libstdc++ its
// text, libc++ its address, which a fix-up makes the program's. It knows no
// bases, so code and data use the program's through the import table.
#include "AddressUses.h"
#include "Lowering.h"
#include "llvm/IR/Constants.h"

using namespace llvm;

namespace hcr {

/// @_ZTI3Foo = weak constant { @__class_type_info's vtable + 16, @"3Foo" }
static GlobalVariable *makeStandIn(Lowering &L, GlobalVariable &Declared) {
  Module &M = L.M;
  LLVMContext &Ctx = M.getContext();
  Type *Ptr = PointerType::get(Ctx, 0);
  Constant *Text = ConstantDataArray::getString(
      Ctx, Declared.getName().substr(strlen("_ZTI")));
  auto *Name = new GlobalVariable(M, Text->getType(), /*isConstant=*/true,
                                  GlobalValue::PrivateLinkage, Text);
  GlobalImportRow Row;
  Row.Symbol = Name;
  Row.Name = ("_ZTS" + Declared.getName().substr(strlen("_ZTI"))).str();
  Row.Flags = HCR_GLOBAL_CONSTANT | HCR_GLOBAL_WEAK;
  Row.Pointer = makePointerVariable(M, Row.Name + ".ptr",
                                    GlobalValue::InternalLinkage, Name);
  L.Table.GlobalImports.push_back(Row);
  Constant *Vtable = M.getOrInsertGlobal(
      "_ZTVN10__cxxabiv117__class_type_infoE", ArrayType::get(Ptr, 0));
  uint64_t TwoPointers = 2 * M.getDataLayout().getPointerSize();
  Constant *Functions = ConstantExpr::getInBoundsGetElementPtr(
      Type::getInt8Ty(Ctx), Vtable,
      ConstantInt::get(Type::getInt64Ty(Ctx), TwoPointers));
  Constant *Fields = ConstantStruct::getAnon(Ctx, {Functions, Name});
  auto *StandIn = new GlobalVariable(M, Fields->getType(), /*isConstant=*/true,
                                     GlobalValue::WeakAnyLinkage, Fields, "");
  Declared.replaceAllUsesWith(StandIn);
  StandIn->takeName(&Declared);
  Declared.eraseFromParent();
  return StandIn;
}

void lowerTypeInfos(Lowering &L) {
  if (!L.Opts.IsImage)
    return;
  for (GlobalVariable *Declared : L.P.ImportedTypeInfos) {
    GlobalVariable *TypeInfo = makeStandIn(L, *Declared);
    GlobalVariable *Pointer =
        makePointerVariable(L.M, TypeInfo->getName() + ".ptr",
                            GlobalValue::InternalLinkage, TypeInfo);
    expandConstantUses({TypeInfo});
    replaceAddressInCode(*TypeInfo, L.P, [&](IRBuilderBase &B) -> Value * {
      return loadPointer(B, *Pointer, /*IsInvariant=*/true);
    });
    GlobalImportRow Row;
    Row.Symbol = TypeInfo;
    Row.Name = TypeInfo->getName();
    Row.Flags = HCR_GLOBAL_CONSTANT | HCR_GLOBAL_WEAK;
    Row.Pointer = Pointer;
    L.Table.GlobalImports.push_back(Row);
  }
}

} // namespace hcr
