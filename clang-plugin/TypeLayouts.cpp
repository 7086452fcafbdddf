// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TypeLayouts.h"
#include "hcr-abi/Tables.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/RecordLayout.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/Support/xxhash.h"

using namespace clang;

namespace hcr {

TypeLayouts::TypeLayouts(ASTContext &Context)
    : Context(Context), Policy(Context.getPrintingPolicy()) {
  Policy.SuppressTagKeyword = true;
  // Lines move with every edit.
  Policy.AnonymousTagLocations = false;
}

/// DW_ATE_* of a number; 0 for pointers and the like.
static uint32_t encodingOf(QualType T) {
  using namespace llvm::dwarf;
  if (const auto *Enum = T->getAs<EnumType>())
    T = Enum->getDecl()->getIntegerType();
  if (T->isBooleanType())
    return DW_ATE_boolean;
  if (T->isCharType() || T->isChar8Type())
    return T->isSignedIntegerType() ? DW_ATE_signed_char : DW_ATE_unsigned_char;
  if (T->isSignedIntegerType())
    return DW_ATE_signed;
  if (T->isUnsignedIntegerType())
    return DW_ATE_unsigned;
  if (T->isAnyComplexType())
    return DW_ATE_complex_float;
  if (T->isRealFloatingType())
    return DW_ATE_float;
  return T->isFixedPointType() ? DW_ATE_signed_fixed : 0;
}

const Layout *TypeLayouts::of(QualType T) {
  T = T.getCanonicalType();
  if (const auto *Atomic = T->getAs<AtomicType>()) {
    QualType Value = Atomic->getValueType().getCanonicalType();
    if (Context.getTypeSize(Value) == Context.getTypeSize(T))
      T = Value;
  }
  // Arrays carry the qualifiers of their elements.
  T = Context.getCanonicalType(Context.getUnqualifiedArrayType(T));
  if (T->isDependentType() || T->isUndeducedType() || T->isSizelessType() ||
      T->isFunctionType() || T->isVariableArrayType() ||
      (T->isIncompleteType() && !T->isIncompleteArrayType()))
    return nullptr;
  if (auto It = Known.find(T.getTypePtr()); It != Known.end())
    return It->second;
  Layout L;
  bool Good = fill(L, T);
  const Layout *Result = nullptr;
  if (Good) {
    finish(L);
    Result = &All.emplace_back(std::move(L));
  }
  return Known[T.getTypePtr()] = Result;
}

bool TypeLayouts::fill(Layout &L, QualType T) {
  L.Name = T.getAsString(Policy);
  // One line of text each.
  std::replace(L.Name.begin(), L.Name.end(), '\n', ' ');
  if (const auto *Array = Context.getAsArrayType(T)) {
    L.Kind = HCR_TYPE_ARRAY;
    uint64_t Count = 0;
    if (const auto *Sized = dyn_cast<ConstantArrayType>(Array))
      Count = Sized->getZExtSize();
    const Layout *Element = of(Array->getElementType());
    if (!Element)
      return false;
    L.Size = Element->Size * Count;
    L.Align = Element->Align;
    L.Fields.push_back(
        {"", Element, 0, Element->Size * 8, static_cast<uint32_t>(Count), 0});
    return true;
  }
  L.Size = Context.getTypeSizeInChars(T).getQuantity();
  L.Align = Context.getTypeAlignInChars(T).getQuantity();
  if (const auto *Record = T->getAs<RecordType>())
    return fillRecord(L, *Record->getDecl());
  if (const auto *Vector = T->getAs<VectorType>();
      Vector && !Vector->getElementType()->isBooleanType()) {
    const Layout *Element = of(Vector->getElementType());
    if (!Element)
      return false;
    L.Kind = HCR_TYPE_ARRAY;
    L.Fields.push_back(
        {"", Element, 0, Element->Size * 8, Vector->getNumElements(), 0});
    return true;
  }
  L.Kind = HCR_TYPE_SCALAR;
  L.Encoding = encodingOf(T);
  return true;
}

bool TypeLayouts::addField(Layout &L, llvm::StringRef Name, QualType T,
                           uint64_t Offset, uint64_t Size, uint32_t Flags) {
  // A reference is stored as a pointer.
  if (T->isReferenceType())
    T = Context.getPointerType(T.getNonReferenceType());
  const Layout *Part = of(T);
  if (!Part)
    return false;
  L.Fields.push_back({Name.str(), Part, Offset, Size, 1, Flags});
  return true;
}

bool TypeLayouts::addBases(Layout &L, const CXXRecordDecl &Record) {
  const ASTRecordLayout &Where = Context.getASTRecordLayout(&Record);
  auto Add = [&](const CXXBaseSpecifier &Base, CharUnits Offset,
                 uint32_t Flags) {
    const auto *Class = Base.getType()->getAsCXXRecordDecl();
    if (Class->isEmpty())
      return true;
    CharUnits Size = Context.getASTRecordLayout(Class).getNonVirtualSize();
    return addField(L, Base.getType().getAsString(Policy), Base.getType(),
                    Context.toBits(Offset), Context.toBits(Size), Flags);
  };
  if (Where.hasOwnVFPtr() &&
      !addField(L, "_vptr", Context.VoidPtrTy, 0,
                Context.getTypeSize(Context.VoidPtrTy), 0))
    return false;
  for (const CXXBaseSpecifier &Base : Record.bases())
    if (!Base.isVirtual() &&
        !Add(Base,
             Where.getBaseClassOffset(Base.getType()->getAsCXXRecordDecl()),
             HCR_FIELD_BASE))
      return false;
  for (const CXXBaseSpecifier &Base : Record.vbases())
    if (!Add(Base,
             Where.getVBaseClassOffset(Base.getType()->getAsCXXRecordDecl()),
             HCR_FIELD_BASE | HCR_FIELD_VIRTUAL_BASE))
      return false;
  return true;
}

bool TypeLayouts::fillRecord(Layout &L, const RecordDecl &Declaration) {
  const RecordDecl *Record = Declaration.getDefinition();
  if (!Record || Record->isInvalidDecl())
    return false;
  L.Kind = Record->isUnion() ? HCR_TYPE_UNION : HCR_TYPE_RECORD;
  if (Context.getRecordType(Record).isTriviallyCopyableType(Context))
    L.Encoding = HCR_RECORD_TRIVIAL;
  if (const auto *Class = dyn_cast<CXXRecordDecl>(Record))
    if (!addBases(L, *Class))
      return false;
  const ASTRecordLayout &Where = Context.getASTRecordLayout(Record);
  for (const FieldDecl *Field : Record->fields()) {
    if (Field->isInvalidDecl())
      return false;
    if (Field->isUnnamedBitField() || Field->isZeroSize(Context))
      continue;
    bool IsBits = Field->isBitField();
    QualType T = Field->getType();
    uint64_t Size = IsBits ? Field->getBitWidthValue(Context)
                    : T->isReferenceType()
                        ? Context.getTypeSize(Context.VoidPtrTy)
                    : T->isIncompleteArrayType() ? 0
                                                 : Context.getTypeSize(T);
    if (!addField(L, Field->getName(), T,
                  Where.getFieldOffset(Field->getFieldIndex()), Size,
                  IsBits ? HCR_FIELD_BIT_FIELD : 0))
      return false;
  }
  llvm::sort(L.Fields, [](const Layout::Field &A, const Layout::Field &B) {
    return std::tie(A.Offset, A.Size, A.Name) <
           std::tie(B.Offset, B.Size, B.Name);
  });
  return true;
}

void TypeLayouts::finish(Layout &L) {
  std::string Text;
  auto Put = [&Text](uint64_t Number) {
    Text += llvm::utohexstr(Number) + ' ';
  };
  bool IsRecord = L.Kind == HCR_TYPE_RECORD || L.Kind == HCR_TYPE_UNION;
  Put(L.Kind), Put(L.Size), Put(IsRecord ? 0 : L.Encoding);
  for (const Layout::Field &F : L.Fields) {
    // A base is where it is, whatever it is called.
    if (!(F.Flags & HCR_FIELD_BASE))
      Text += F.Name;
    Text += '\n';
    Put(F.Offset), Put(F.Size), Put(F.Count), Put(F.Flags), Put(F.Type->Hash);
  }
  L.Hash = llvm::xxh3_64bits(Text) | 1;
  Put(L.Encoding);
  L.Key = llvm::xxh3_64bits(Text + L.Name) | 1;
}

} // namespace hcr
