// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Signatures.h"
#include "../pass/NamesFormat.h"
#include "clang/AST/Decl.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

using namespace clang;

namespace hcr {
namespace {

class SignatureText {
  ASTContext &Context;
  TypeLayouts &Layouts;
  std::string Text;

public:
  SignatureText(ASTContext &Context, TypeLayouts &Layouts)
      : Context(Context), Layouts(Layouts) {}

  llvm::StringRef text() const { return Text; }

  /// A parameter or a result: it is copied, so its qualifiers do not count.
  void addValue(QualType T) {
    T = T.getCanonicalType().getUnqualifiedType();
    if (const auto *Record = T->getAs<RecordType>()) {
      addTag(*Record->getDecl());
      const Layout *L = Layouts.of(T);
      Text += '{' + llvm::utohexstr(L ? L->Hash : 0) + '}';
      return;
    }
    add(T);
  }

  void addFunction(const FunctionType &F) {
    Text += '(';
    addValue(F.getReturnType());
    if (const auto *Prototype = dyn_cast<FunctionProtoType>(&F)) {
      for (QualType Parameter : Prototype->getParamTypes()) {
        Text += ',';
        addValue(Parameter);
      }
      if (Prototype->isVariadic())
        Text += ",...";
    } else {
      Text += ",?";
    }
    Text += ')';
    Text += std::to_string(F.getCallConv());
  }

  void put(llvm::StringRef Words) { Text += Words; }

private:
  void addTag(const TagDecl &Tag) {
    Text += Tag.isEnum() ? "enum " : Tag.isUnion() ? "union " : "struct ";
    if (const IdentifierInfo *Name = Tag.getIdentifier())
      Text += Name->getName();
    else if (const TypedefNameDecl *Name = Tag.getTypedefNameForAnonDecl())
      Text += Name->getName();
    else if (const Layout *L = Layouts.of(Context.getTypeDeclType(&Tag)))
      Text += llvm::utohexstr(L->Hash);
  }

  void addNumber(QualType T) {
    Text += T->isBooleanType()           ? 'b'
            : T->isSignedIntegerType()   ? 's'
            : T->isUnsignedIntegerType() ? 'u'
                                         : 'f';
    Text += std::to_string(Context.getTypeSize(T));
    // Two formats of one size: long double and __float128, half and bfloat.
    if (T->isRealFloatingType())
      Text += '.' + std::to_string(llvm::APFloat::SemanticsToEnum(
                        Context.getFloatTypeSemantics(T)));
  }

  void add(QualType T) {
    T = T.getCanonicalType();
    if (T.isConstQualified())
      Text += "const ";
    if (T.isVolatileQualified())
      Text += "volatile ";
    if (T->isVoidType()) {
      Text += 'v';
    } else if (T->isNullPtrType()) {
      Text += "*v";
    } else if (T->isPointerType() || T->isReferenceType()) {
      Text += '*';
      add(T->getPointeeType());
    } else if (const auto *Tag = T->getAs<TagType>()) {
      addTag(*Tag->getDecl());
    } else if (const auto *Function = T->getAs<FunctionType>()) {
      addFunction(*Function);
    } else if (const auto *Array = Context.getAsArrayType(T)) {
      const auto *Sized = dyn_cast<ConstantArrayType>(Array);
      Text += '[' + (Sized ? std::to_string(Sized->getZExtSize()) : "") + ']';
      add(Array->getElementType());
    } else if (const auto *Complex = T->getAs<ComplexType>()) {
      Text += 'c';
      add(Complex->getElementType());
    } else if (const auto *Vector = T->getAs<VectorType>()) {
      Text += '<' + std::to_string(Vector->getNumElements()) + '>';
      add(Vector->getElementType());
    } else if (const auto *Atomic = T->getAs<AtomicType>()) {
      Text += 'A';
      add(Atomic->getValueType());
    } else if (T->isIntegerType() || T->isRealFloatingType()) {
      addNumber(T);
    } else {
      Text += T.getAsString();
    }
  }
};

} // namespace

/// `int f(a) char a; {}` is called like `int f(int)`.
static void addPromoted(SignatureText &S, const FunctionDecl &Definition,
                        const ASTContext &Context) {
  S.put("(");
  S.addValue(Definition.getReturnType());
  for (const ParmVarDecl *Parameter : Definition.parameters()) {
    QualType T = Parameter->getType();
    if (Context.isPromotableIntegerType(T))
      T = Context.getPromotedIntegerType(T);
    else if (T->isSpecificBuiltinType(BuiltinType::Float))
      T = Context.DoubleTy;
    S.put(",");
    S.addValue(T);
  }
  S.put(")");
  S.put(std::to_string(
      Definition.getType()->castAs<FunctionType>()->getCallConv()));
}

uint64_t signatureOf(const FunctionDecl &F, TypeLayouts &Layouts) {
  ASTContext &Context = F.getASTContext();
  const FunctionDecl *Definition = F.getDefinition();
  const FunctionDecl *Latest = Definition ? Definition : F.getMostRecentDecl();
  const auto *T = Latest->getType()->castAs<FunctionType>();
  SignatureText S(Context, Layouts);
  if (isa<FunctionProtoType>(T))
    S.addFunction(*T);
  else if (Definition)
    addPromoted(S, *Definition, Context);
  else
    return 0;
  SourceManager &SM = Context.getSourceManager();
  OptionalFileEntryRef Main = SM.getFileEntryRefForID(SM.getMainFileID());
  if (F.isNoReturn() && (!Main || definitionsSayNoReturn(Main->getName())))
    S.put("!");
  return llvm::xxh3_64bits(S.text()) | 1;
}

} // namespace hcr
