// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where one source file can be edited without becoming unsound, as JSON.
//
//   hcr-list-sites FILE -- FLAG...
//
// Only what the AST vouches for is listed: nothing that comes out of a macro,
// no function whose address is taken among those that may get a parameter, no
// structure with objects of static storage among those that may get a field.
// Places are byte offsets; test/mutation/edits.py puts text there.
#include "clang/AST/Mangle.h"
#include "clang/AST/ParentMapContext.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendActions.h"
#include "clang/Lex/Lexer.h"
#include "clang/Tooling/CompilationDatabase.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Support/JSON.h"

using namespace clang;
namespace json = llvm::json;

namespace {

struct FunctionSite {
  json::Object Facts;
  json::Array Calls, Names, Prototypes; // offsets: ')', names, ')'
  bool OnlyCalled = true;
};

struct RecordSite {
  json::Object Facts;
  bool Sound = true;
};

class Finder : public RecursiveASTVisitor<Finder> {
public:
  explicit Finder(ASTContext &Context)
      : Context(Context), Sources(Context.getSourceManager()), Names(Context) {}

  bool VisitFunctionDecl(FunctionDecl *F);
  bool VisitCallExpr(CallExpr *C);
  bool VisitDeclRefExpr(DeclRefExpr *E);
  bool VisitIntegerLiteral(IntegerLiteral *L);
  bool VisitRecordDecl(RecordDecl *R);
  bool VisitVarDecl(VarDecl *V);
  bool VisitInitListExpr(InitListExpr *L);
  bool TraverseFunctionDecl(FunctionDecl *F) {
    return within(F, [&] { return Base::TraverseFunctionDecl(F); });
  }
  bool TraverseCXXMethodDecl(CXXMethodDecl *F) {
    return within(F, [&] { return Base::TraverseCXXMethodDecl(F); });
  }
  json::Object result();

private:
  using Base = RecursiveASTVisitor<Finder>;
  template <class Body> bool within(FunctionDecl *F, Body Go) {
    const FunctionDecl *Before = Current;
    Current = F;
    bool Result = Go();
    Current = Before;
    return Result;
  }
  bool isOurs(SourceLocation L) const {
    return L.isFileID() && Sources.isWrittenInMainFile(L);
  }
  unsigned offset(SourceLocation L) const { return Sources.getFileOffset(L); }
  unsigned endOffset(SourceLocation L) const {
    return offset(
        Lexer::getLocForEndOfToken(L, 0, Sources, Context.getLangOpts()));
  }
  void spoil(QualType T);

  ASTContext &Context;
  SourceManager &Sources;
  ASTNameGenerator Names;
  const FunctionDecl *Current = nullptr;
  std::map<const FunctionDecl *, FunctionSite> Functions; // canonical
  std::map<const RecordDecl *, RecordSite> Records;
  json::Array Literals;
};

} // namespace

// K&R definitions list their parameters behind the parenthesis.
static bool isPlain(const FunctionDecl *F) {
  return F->hasPrototype() && !F->isVariadic() && !F->isConstexpr() &&
         !F->isTemplated() && !F->isTemplateInstantiation() &&
         !isa<CXXConstructorDecl, CXXDestructorDecl, CXXConversionDecl>(F) &&
         !F->isOverloadedOperator();
}

bool Finder::VisitFunctionDecl(FunctionDecl *F) {
  const FunctionDecl *Canonical = F->getCanonicalDecl();
  FunctionTypeLoc Type = F->getFunctionTypeLoc();
  bool Ours = isOurs(F->getBeginLoc()) && isOurs(F->getLocation());
  FunctionSite &Site = Functions[Canonical];
  if (!Ours || !Type || !isOurs(Type.getRParenLoc())) {
    Site.OnlyCalled = false;
    return true;
  }
  Site.Names.push_back(offset(F->getLocation()));
  if (!F->doesThisDeclarationHaveABody()) {
    Site.Prototypes.push_back(offset(Type.getRParenLoc()));
    return true;
  }
  auto *Body = dyn_cast<CompoundStmt>(F->getBody());
  if (!Body || !isOurs(Body->getLBracLoc()) || !isOurs(Body->getRBracLoc()) ||
      F->isConstexpr() || F->isTemplated())
    return true;
  json::Array Pointers;
  for (const ParmVarDecl *P : F->parameters())
    if (const auto *T = P->getType()->getAs<PointerType>())
      if (const RecordDecl *R = T->getPointeeType()->getAsRecordDecl())
        if (P->getIdentifier() && !T->getPointeeType().isConstQualified())
          Pointers.push_back(json::Object{
              {"name", P->getName()},
              {"record", int64_t(R->getCanonicalDecl()->getID())}});
  Site.Facts =
      json::Object{{"name", F->getNameAsString()},
                   {"symbol", Names.getName(F)},
                   {"begin", offset(F->getBeginLoc())},
                   {"body", offset(Body->getLBracLoc()) + 1},
                   {"end", offset(Body->getRBracLoc()) + 1},
                   {"paren", offset(Type.getRParenLoc())},
                   {"parameters", int64_t(F->getNumParams())},
                   {"static", F->getFormalLinkage() == Linkage::Internal &&
                                  !isa<CXXMethodDecl>(F)},
                   {"plain", isPlain(F)},
                   {"member", isa<CXXMethodDecl>(F)},
                   {"nested", !F->getLexicalDeclContext()->isFileContext()},
                   {"declared_before", F->getPreviousDecl() != nullptr},
                   {"pointers", std::move(Pointers)}};
  return true;
}

bool Finder::VisitCallExpr(CallExpr *C) {
  const FunctionDecl *F = C->getDirectCallee();
  if (!F)
    return true;
  FunctionSite &Site = Functions[F->getCanonicalDecl()];
  if (isOurs(C->getRParenLoc()) && isOurs(C->getBeginLoc()))
    Site.Calls.push_back(json::Object{{"paren", offset(C->getRParenLoc())},
                                      {"arguments", int64_t(C->getNumArgs())}});
  else
    Site.OnlyCalled = false;
  return true;
}

bool Finder::VisitDeclRefExpr(DeclRefExpr *E) {
  const auto *F = dyn_cast<FunctionDecl>(E->getDecl());
  if (!F)
    return true;
  FunctionSite &Site = Functions[F->getCanonicalDecl()];
  if (isOurs(E->getLocation()))
    Site.Names.push_back(offset(E->getLocation()));
  else
    Site.OnlyCalled = false;
  // f(...) mentions f inside one implicit conversion; anything else keeps it.
  const Expr *Outer = E;
  while (true) {
    DynTypedNodeList Parents = Context.getParents(*Outer);
    const Expr *Parent = Parents.size() ? Parents[0].get<Expr>() : nullptr;
    if (const auto *Call = dyn_cast_or_null<CallExpr>(Parent)) {
      Site.OnlyCalled &= Call->getCallee() == Outer;
      return true;
    }
    if (!isa_and_nonnull<ImplicitCastExpr, ParenExpr>(Parent)) {
      Site.OnlyCalled = false;
      return true;
    }
    Outer = Parent;
  }
}

// Literals whose value may change at run time: not those that types, labels
// and static initial values are made of.
bool Finder::VisitIntegerLiteral(IntegerLiteral *L) {
  if (!Current || !Current->doesThisDeclarationHaveABody() ||
      Current->isConstexpr() || Current->isTemplated() ||
      !isOurs(L->getLocation()) || L->getValue().getActiveBits() > 30)
    return true;
  DynTypedNode Node = DynTypedNode::create(*L);
  while (true) {
    DynTypedNodeList Parents = Context.getParents(Node);
    if (Parents.size() != 1)
      return true;
    Node = Parents[0];
    if (Node.get<CaseStmt>() || Node.get<TypeLoc>() || Node.get<FieldDecl>() ||
        Node.get<EnumConstantDecl>() || Node.get<StaticAssertDecl>() ||
        Node.get<ConstantExpr>() || Node.get<UnaryExprOrTypeTraitExpr>())
      return true;
    if (const auto *V = Node.get<VarDecl>())
      if (V->hasGlobalStorage() || isa<ParmVarDecl>(V))
        return true;
    if (const auto *F = Node.get<FunctionDecl>()) {
      if (F->getCanonicalDecl() != Current->getCanonicalDecl())
        return true;
      break;
    }
  }
  Literals.push_back(json::Object{{"begin", offset(L->getLocation())},
                                  {"end", endOffset(L->getLocation())},
                                  {"value", L->getValue().getSExtValue()},
                                  {"function", Names.getName(Current)}});
  return true;
}

bool Finder::VisitRecordDecl(RecordDecl *R) {
  if (!R->isThisDeclarationADefinition() || R->isUnion() || R->isTemplated() ||
      R->field_empty() || R->getBraceRange().isInvalid())
    return true;
  SourceLocation Close = R->getBraceRange().getEnd();
  if (Close.isMacroID() || Sources.isInSystemHeader(Close))
    return true;
  // Flexible arrays and their old forms stay last.
  const FieldDecl *Last = nullptr;
  for (const FieldDecl *F : R->fields())
    Last = F;
  bool EndsInArray = Last->getType()->isArrayType();
  auto *Class = dyn_cast<CXXRecordDecl>(R);
  RecordSite &Site = Records[cast<RecordDecl>(R->getCanonicalDecl())];
  Site.Sound &= !EndsInArray && !R->hasAttrs() &&
                (!Class || (Class->isStandardLayout() && Class->isCLike()));
  Site.Facts = json::Object{{"id", int64_t(R->getCanonicalDecl()->getID())},
                            {"name", R->getNameAsString()},
                            {"file", Sources.getFilename(Close)},
                            {"end", offset(Close)}};
  return true;
}

// A structure inside another, or inside a variable that lives on.
void Finder::spoil(QualType T) {
  while (const auto *A = Context.getAsArrayType(T))
    T = A->getElementType();
  const RecordDecl *R = T->getAsRecordDecl();
  if (!R)
    return;
  auto *Canonical = cast<RecordDecl>(R->getCanonicalDecl());
  if (!Records[Canonical].Sound)
    return;
  Records[Canonical].Sound = false;
  if (const RecordDecl *Definition = R->getDefinition())
    for (const FieldDecl *F : Definition->fields())
      spoil(F->getType());
}

bool Finder::VisitVarDecl(VarDecl *V) {
  if (V->hasGlobalStorage())
    spoil(V->getType());
  return true;
}

bool Finder::VisitInitListExpr(InitListExpr *L) {
  spoil(L->getType());
  return true;
}

json::Object Finder::result() {
  json::Array FunctionList, RecordList;
  for (auto &[F, Site] : Functions) {
    if (Site.Facts.empty())
      continue;
    Site.Facts["calls"] = std::move(Site.Calls);
    Site.Facts["names"] = std::move(Site.Names);
    Site.Facts["prototypes"] = std::move(Site.Prototypes);
    Site.Facts["only_called"] = Site.OnlyCalled;
    FunctionList.push_back(std::move(Site.Facts));
  }
  for (auto &[R, Site] : Records)
    if (Site.Sound && !Site.Facts.empty())
      RecordList.push_back(std::move(Site.Facts));
  return json::Object{{"functions", std::move(FunctionList)},
                      {"literals", std::move(Literals)},
                      {"records", std::move(RecordList)}};
}

namespace {
class Consumer : public ASTConsumer {
  void HandleTranslationUnit(ASTContext &Context) override {
    if (Context.getDiagnostics().hasErrorOccurred())
      return;
    Finder F(Context);
    F.TraverseDecl(Context.getTranslationUnitDecl());
    llvm::outs() << json::Value(F.result()) << "\n";
  }
};

class Action : public ASTFrontendAction {
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &,
                                                 StringRef) override {
    return std::make_unique<Consumer>();
  }
};
} // namespace

int main(int Argc, const char **Argv) {
  std::string Error;
  std::unique_ptr<tooling::CompilationDatabase> Flags =
      tooling::FixedCompilationDatabase::loadFromCommandLine(Argc, Argv, Error);
  if (!Flags || Argc != 2) {
    llvm::errs() << "usage: hcr-list-sites FILE -- FLAG...\n" << Error;
    return 2;
  }
  tooling::ClangTool Tool(*Flags, {Argv[1]});
  Tool.appendArgumentsAdjuster(tooling::getInsertArgumentAdjuster(
      {"-resource-dir", HCR_RESOURCE_DIR},
      tooling::ArgumentInsertPosition::BEGIN));
  return Tool.run(tooling::newFrontendActionFactory<Action>().get());
}
