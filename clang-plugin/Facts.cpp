// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Facts.h"
#include "../pass/FactsFormat.h"
#include "hcr-abi/Tables.h"
#include "clang/AST/ASTConsumer.h"
#include "clang/AST/Attr.h"
#include "clang/Frontend/CompilerInstance.h"
#include "llvm/ADT/StringExtras.h"

using namespace clang;

namespace hcr {

static std::string hex(uint64_t Number) { return llvm::utohexstr(Number); }

void Facts::addSystemSymbol(llvm::StringRef Name) {
  Text += ("S " + Name + "\n").str();
}

void Facts::addSignature(uint64_t Signature, llvm::StringRef Name) {
  Text += ("F " + hex(Signature) + " " + Name + "\n").str();
}

void Facts::addTypes(const TypeLayouts &Layouts) {
  auto Put = [this](uint64_t Number) { Text += ' ' + hex(Number); };
  for (const Layout &L : Layouts.all()) {
    Text += 'T';
    Put(L.Key), Put(L.Kind), Put(L.Size), Put(L.Align), Put(L.Encoding);
    Put(L.Hash);
    Text += ' ' + L.Name + '\n';
    for (const Layout::Field &F : L.Fields) {
      Text += 'f';
      Put(F.Offset), Put(F.Size), Put(F.Count), Put(F.Flags), Put(F.Type->Key);
      Text += ' ' + F.Name + '\n';
    }
  }
}

void Facts::addUsedType(const Layout &L, llvm::StringRef IrName,
                        uint32_t Flags) {
  uint64_t Size = std::min<uint64_t>(L.Size, HCR_USED_SIZE);
  Text += ("U " + hex(L.Hash) + " " + hex(Size | Flags) + " " +
           hex(IrName.size()) + " " + IrName + " " + L.Name + "\n")
              .str();
}

void Facts::addNames(llvm::StringRef Lines) {
  for (llvm::StringRef Line : llvm::split(Lines.rtrim('\n'), '\n'))
    if (!Line.empty())
      Text += ("N " + Line + "\n").str();
}

void Facts::emit(CompilerInstance &CI) const {
  ASTContext &Context = CI.getASTContext();
  TranslationUnitDecl *Unit = Context.getTranslationUnitDecl();
  QualType T = Context.getStringLiteralArrayType(Context.CharTy.withConst(),
                                                 Text.size());
  auto *V =
      VarDecl::Create(Context, Unit, {}, {}, &Context.Idents.get("hcr_facts"),
                      T, Context.getTrivialTypeSourceInfo(T), SC_Static);
  V->setInit(StringLiteral::Create(Context, Text, StringLiteralKind::Ordinary,
                                   /*Pascal=*/false, T, SourceLocation()));
  V->addAttr(UsedAttr::CreateImplicit(Context));
  V->addAttr(NoDebugAttr::CreateImplicit(Context));
  annotate(*V, FactsMark);
  CI.getASTConsumer().HandleTopLevelDecl(DeclGroupRef(V));
}

void annotate(Decl &D, llvm::StringRef Text) {
  for (const auto *A : D.specific_attrs<AnnotateAttr>())
    if (A->getAnnotation() == Text)
      return;
  D.addAttr(AnnotateAttr::CreateImplicit(D.getASTContext(), Text, nullptr, 0));
}

void markType(VarDecl &V, const Layout &L) {
  annotate(V, TypeMark + hex(L.Key));
}

void markDynamic(VarDecl &V, uint64_t Order) {
  annotate(V, DynamicMark + hex(Order));
}

} // namespace hcr
