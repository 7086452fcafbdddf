// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "UsedTypes.h"
#include "Facts.h"
#include "hcr-abi/Tables.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/RecordLayout.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace clang;

namespace hcr {
namespace {

/// Inheritance as C has it: the base is the first member.
bool beginsWith(QualType Whole, QualType Part) {
  const RecordDecl *Base = Part->getAsRecordDecl();
  for (const RecordDecl *Each = Whole->getAsRecordDecl(); Base && Each;) {
    const RecordDecl *Definition = Each->getDefinition();
    if (!Definition || Definition->field_empty())
      return false;
    Each = Definition->field_begin()->getType()->getAsRecordDecl();
    if (Each && Each->getCanonicalDecl() == Base->getCanonicalDecl())
      return true;
  }
  return false;
}

class HeapVisitor : public RecursiveASTVisitor<HeapVisitor> {
  using Super = RecursiveASTVisitor<HeapVisitor>;
  UsedTypes &Types;
  bool IsInData; ///< In the initial value of a variable that lasts.

public:
  HeapVisitor(UsedTypes &Types, bool IsInData)
      : Types(Types), IsInData(IsInData) {}

  bool shouldVisitImplicitCode() const { return true; }
  bool TraverseTypeLoc(TypeLoc) { return true; }
  bool TraverseNestedNameSpecifierLoc(NestedNameSpecifierLoc) { return true; }

  bool VisitCXXNewExpr(CXXNewExpr *E) {
    Types.addDynamic(E->getAllocatedType());
    return true;
  }
  bool VisitCastExpr(CastExpr *E) {
    if (E->getCastKind() != CK_BitCast)
      return true;
    QualType From = E->getSubExpr()->getType()->getPointeeType();
    QualType To = E->getType()->getPointeeType();
    if (!From.isNull() && !To.isNull() &&
        (From->isVoidType() || From->isCharType() || From->isStdByteType() ||
         beginsWith(To, From)))
      Types.addDynamic(To);
    return true;
  }
  bool TraverseVarDecl(VarDecl *V) {
    llvm::SaveAndRestore Scope(IsInData, V->hasGlobalStorage());
    return Super::TraverseVarDecl(V);
  }
  // Whoever reads the size there makes the objects: registries of types. The
  // size of an expression is mostly that of a table, which counts its entries.
  bool VisitUnaryExprOrTypeTraitExpr(UnaryExprOrTypeTraitExpr *E) {
    if (IsInData && E->getKind() == UETT_SizeOf && E->isArgumentType())
      Types.addDynamic(E->getArgumentType());
    return true;
  }
};

} // namespace

void UsedTypes::lookAt(Stmt &Code) {
  HeapVisitor(*this, /*IsInData=*/false).TraverseStmt(&Code);
}

void UsedTypes::lookAt(VarDecl &Variable) {
  HeapVisitor(*this, Variable.hasGlobalStorage())
      .TraverseStmt(Variable.getInit());
}

static const RecordDecl *recordOf(QualType T) {
  const Type *Element = T->getBaseElementTypeUnsafe();
  const auto *Record = Element->getAsRecordDecl();
  return Record ? Record->getDefinition() : nullptr;
}

void UsedTypes::addDynamic(QualType T) {
  if (T.isNull() || T->isDependentType())
    return;
  if (const RecordDecl *Record = recordOf(T))
    Dynamic.insert(Record);
}

bool UsedTypes::isSystem(const RecordDecl &Record) {
  return Headers.contain(Record.getLocation());
}

/// A type of the program, or one that holds such a type by value.
bool UsedTypes::isPrograms(const RecordDecl &Record) {
  if (const auto *Class = dyn_cast<CXXRecordDecl>(&Record);
      Class && Class->isLambda())
    return false; // of no name, another one in each version
  if (!isSystem(Record))
    return true;
  auto [It, IsNew] = HoldsOwn.try_emplace(&Record, false);
  if (!IsNew)
    return It->second;
  auto Holds = [this](QualType T) {
    const RecordDecl *Part = recordOf(T);
    return Part && isPrograms(*Part);
  };
  bool Result = false;
  if (const auto *Class = dyn_cast<CXXRecordDecl>(&Record))
    for (const CXXBaseSpecifier &Base : Class->bases())
      Result |= Holds(Base.getType());
  for (const FieldDecl *Field : Record.fields())
    Result |= Holds(Field->getType());
  return HoldsOwn[&Record] = Result;
}

/// What an argument of a template of the library names.
void UsedTypes::addArgument(QualType T, unsigned Depth) {
  constexpr unsigned Deepest = 8;
  if (T.isNull() || Depth > Deepest)
    return;
  while (!T->getPointeeType().isNull())
    T = T->getPointeeType();
  const RecordDecl *Record = recordOf(T);
  if (!Record)
    return;
  Dynamic.insert(Record);
  if (const auto *Special = dyn_cast<ClassTemplateSpecializationDecl>(Record))
    for (const TemplateArgument &Argument :
         Special->getTemplateArgs().asArray())
      if (Argument.getKind() == TemplateArgument::Type)
        addArgument(Argument.getAsType(), Depth + 1);
}

/// Templates of the library that make objects of their first argument.
static bool makesObjects(const ClassTemplateSpecializationDecl &Special) {
  const IdentifierInfo *Name = Special.getIdentifier();
  for (const char *Known :
       {"allocator", "unique_ptr", "shared_ptr", "_Manager_external"})
    if (Name && Name->isStr(Known))
      return true;
  return false;
}

/// What lies in an object on a heap does so, too.
void UsedTypes::addParts() {
  for (size_t I = 0; I < Dynamic.size(); ++I) {
    const RecordDecl *Record = Dynamic[I];
    if (const auto *Class = dyn_cast<CXXRecordDecl>(Record))
      for (const CXXBaseSpecifier &Base : Class->bases())
        addDynamic(Base.getType());
    for (const FieldDecl *Field : Record->fields())
      addDynamic(Field->getType());
  }
}

/// As clang names the type in IR, without what tells types of one name apart.
std::string UsedTypes::irName(const RecordDecl &Record) const {
  std::string Name;
  llvm::raw_string_ostream Out(Name);
  PrintingPolicy Policy = Context.getPrintingPolicy();
  Policy.SuppressInlineNamespace = false;
  Out << Record.getKindName() << '.';
  if (Record.getIdentifier())
    Record.printQualifiedName(Out, Policy);
  else if (const TypedefNameDecl *Typedef = Record.getTypedefNameForAnonDecl())
    Typedef->printQualifiedName(Out, Policy);
  else
    Name.clear();
  return Name;
}

static bool hasBaseBehindStart(const ASTContext &Context,
                               const RecordDecl &Record) {
  const auto *Class = dyn_cast<CXXRecordDecl>(&Record);
  if (!Class)
    return false;
  const ASTRecordLayout &Where = Context.getASTRecordLayout(&Record);
  for (const CXXBaseSpecifier &Base : Class->bases()) {
    const auto *Of = Base.getType()->getAsCXXRecordDecl();
    if (!Of->isEmpty() &&
        (Base.isVirtual() || !Where.getBaseClassOffset(Of).isZero()))
      return true;
  }
  return false;
}

void UsedTypes::describe(Facts &Out) {
  llvm::SmallSetVector<const RecordDecl *, 32> Definitions;
  for (const RecordDecl *Record : Records)
    if (const RecordDecl *Definition = Record->getDefinition();
        Definition && Definition->isCompleteDefinition() &&
        !Definition->isInvalidDecl() && !Definition->isDependentContext())
      Definitions.insert(Definition);
  for (const RecordDecl *Record : Definitions)
    if (const auto *Special = dyn_cast<ClassTemplateSpecializationDecl>(Record);
        Special && isSystem(*Special) && makesObjects(*Special) &&
        Special->getTemplateArgs().size() &&
        Special->getTemplateArgs()[0].getKind() == TemplateArgument::Type)
      addArgument(Special->getTemplateArgs()[0].getAsType());
  addParts();
  for (const RecordDecl *Record : Definitions) {
    const auto *Class = dyn_cast<CXXRecordDecl>(Record);
    if ((Class && Class->isEmpty()) || !isPrograms(*Record))
      continue;
    std::string IrName = irName(*Record);
    const Layout *L =
        IrName.empty() ? nullptr : Layouts.of(Context.getRecordType(Record));
    if (!L)
      continue;
    uint32_t Flags =
        (Dynamic.contains(Record) ? HCR_USED_DYNAMIC : 0) |
        (hasBaseBehindStart(Context, *Record) ? HCR_USED_BASES : 0);
    Out.addUsedType(*L, IrName, Flags);
  }
}

} // namespace hcr
