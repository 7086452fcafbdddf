// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Costs what is used: headers of the C++ library are skipped as a whole, of the
// functions that headers declare only pointers are kept until the end, when
// clang knows which of them are used, and statements are looked at for nothing
// but where objects get on a heap.
#include "Collector.h"
#include "Diagnostics.h"
#include "Facts.h"
#include "Names.h"
#include "Signatures.h"
#include "SystemHeaders.h"
#include "TypeLayouts.h"
#include "UsedTypes.h"
#include "clang/AST/ASTConsumer.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/Mangle.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Serialization/ASTDeserializationListener.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FileSystem.h"

using namespace clang;

namespace hcr {
namespace {

/// As clang's code generator finds an initial value.
bool isConstantInitialized(const VarDecl &V) {
  if (!V.getInit())
    return true;
  ASTContext &Context = V.getASTContext();
  if (const auto *Call = dyn_cast<CXXConstructExpr>(V.getInit()))
    if (const CXXConstructorDecl *Constructor = Call->getConstructor();
        Context.getBaseElementType(V.getType())->isRecordType() &&
        Constructor->isTrivial() && Constructor->isDefaultConstructor())
      return true;
  return V.evaluateValue() != nullptr;
}

/// One of the variables at namespace scope that clang initialises one after
/// the other: inline ones and instances of templates have no order.
bool isInitializedInOrder(const VarDecl &V) {
  ASTContext &Context = V.getASTContext();
  return Context.getLangOpts().CPlusPlus && V.isFileVarDecl() &&
         !V.isInvalidDecl() && !V.isTemplated() &&
         !V.getType()->isDependentType() &&
         !isTemplateInstantiation(V.getTemplateSpecializationKind()) &&
         Context.GetGVALinkageForVariable(&V) != GVA_DiscardableODR &&
         !V.hasAttr<SelectAnyAttr>() &&
         (V.needsDestruction(Context) == QualType::DK_cxx_destructor ||
          !isConstantInitialized(V));
}

class Collector : public ASTConsumer, public ASTDeserializationListener {
  CompilerInstance &CI;
  std::unique_ptr<PragmaRegions> Regions;
  const bool WritesFacts;
  const std::optional<std::string> Names;
  std::unique_ptr<SystemHeaders> Headers;
  std::unique_ptr<TypeLayouts> Layouts;
  std::unique_ptr<UsedTypes> Types;
  std::unique_ptr<MangleContext> Mangler;
  /// What was declared; of some it turns out at the end that they are used.
  std::vector<FunctionDecl *> Functions;
  std::vector<VarDecl *> Variables;
  std::vector<const RecordDecl *> Records;
  uint32_t DynamicCount = 0;
  bool IsWriting = false;

public:
  Collector(CompilerInstance &CI, std::unique_ptr<PragmaRegions> Regions,
            bool WritesFacts, std::optional<std::string> Names)
      : CI(CI), Regions(std::move(Regions)), WritesFacts(WritesFacts),
        Names(std::move(Names)) {}

  void Initialize(ASTContext &Context) override {
    Headers = std::make_unique<SystemHeaders>(CI);
    Layouts = std::make_unique<TypeLayouts>(Context);
    Types = std::make_unique<UsedTypes>(Context, *Headers);
    Mangler.reset(Context.createMangleContext());
  }

  // What clang tells, in the order of the source.

  bool HandleTopLevelDecl(DeclGroupRef Group) override {
    if (!IsWriting)
      for (Decl *D : Group)
        visit(*D);
    return true;
  }
  void HandleInlineFunctionDefinition(FunctionDecl *F) override {
    visitFunction(*F);
  }
  void HandleTagDeclDefinition(TagDecl *Tag) override {
    if (const auto *Record = dyn_cast<RecordDecl>(Tag))
      Records.push_back(Record);
    if (auto *Class = dyn_cast<CXXRecordDecl>(Tag);
        Class && !Class->isDependentContext())
      for (Decl *Member : Class->noload_decls())
        if (auto *V = dyn_cast<VarDecl>(Member))
          visitVariable(*V);
  }
  void HandleCXXStaticMemberVarInstantiation(VarDecl *V) override {
    visitVariable(*V);
  }
  void CompleteTentativeDefinition(VarDecl *V) override { mark(*V); }

  // Declarations out of a precompiled header or a module come when somebody
  // uses them.
  ASTDeserializationListener *GetASTDeserializationListener() override {
    return WritesFacts ? this : nullptr;
  }
  void DeclRead(GlobalDeclID, const Decl *D) override {
    if (const auto *F = dyn_cast<FunctionDecl>(D))
      Functions.push_back(const_cast<FunctionDecl *>(F));
    else if (const auto *V = dyn_cast<VarDecl>(D))
      Variables.push_back(const_cast<VarDecl *>(V));
    else if (const auto *Record = dyn_cast<RecordDecl>(D))
      Records.push_back(Record);
  }

  void HandleTranslationUnit(ASTContext &Context) override {
    if (CI.getDiagnostics().hasUncompilableErrorOccurred())
      return;
    if (Names && !Names->empty())
      writeNames(Context);
    if (!WritesFacts)
      return;
    Facts F;
    if (Names)
      F.addNames(describeNames(Context));
    describeFunctions(F);
    describeVariables(F);
    F.addTypes(*Layouts);
    describeHeap();
    for (const RecordDecl *Record : std::vector<const RecordDecl *>(Records))
      Types->add(*Record);
    Types->describe(F);
    IsWriting = true;
    F.emit(CI);
    IsWriting = false;
  }

private:
  void writeNames(ASTContext &Context) {
    std::error_code Code;
    llvm::raw_fd_ostream Out(*Names, Code);
    if (!Code) {
      Out << describeNames(Context);
      Out.close();
      Code = Out.error();
      Out.clear_error();
    }
    if (Code)
      report(CI.getDiagnostics(), {}, Diag::NoNames)
          << *Names << Code.message();
  }

  void visit(Decl &D) {
    if (auto *N = dyn_cast<NamespaceDecl>(&D); N && Headers->areAllOf(*N))
      return;
    if (isa<LinkageSpecDecl, NamespaceDecl, ExportDecl>(D))
      visitAll(cast<DeclContext>(D));
    else if (auto *F = dyn_cast<FunctionDecl>(&D))
      visitFunction(*F);
    else if (auto *V = dyn_cast<VarDecl>(&D))
      visitVariable(*V);
    else if (auto *Class = dyn_cast<CXXRecordDecl>(&D);
             Class && Headers->contain(Class->getLocation()))
      visitMethods(*Class);
  }

  void visitAll(const DeclContext &Context) {
    for (Decl *D : Context.noload_decls())
      visit(*D);
  }

  /// Of a class that is not the program's.
  void visitMethods(const CXXRecordDecl &Class) {
    if (!Class.isThisDeclarationADefinition() || Class.isDependentContext())
      return;
    for (Decl *Member : Class.noload_decls())
      if (auto *Method = dyn_cast<CXXMethodDecl>(Member))
        Functions.push_back(Method);
      else if (auto *Inner = dyn_cast<CXXRecordDecl>(Member))
        visitMethods(*Inner);
  }

  bool isOff(const Decl &D) {
    return Regions->isOff(CI.getSourceManager(), D.getLocation());
  }

  void visitFunction(FunctionDecl &F) {
    Functions.push_back(&F);
    if (!F.isThisDeclarationADefinition())
      return;
    Regions->dropInside(CI.getDiagnostics(), F.hasBody()
                                                 ? F.getBody()->getSourceRange()
                                                 : SourceRange());
    if (isOff(F) && !F.isMain())
      annotate(F, "hcr.nonreloadable");
    if (!F.isDependentContext())
      visitLocals(F);
  }

  /// Statics, functions that are declared inside, classes and lambdas.
  void visitLocals(const DeclContext &Function) {
    for (Decl *D : Function.decls())
      if (auto *V = dyn_cast<VarDecl>(D))
        mark(*V);
      else if (auto *F = dyn_cast<FunctionDecl>(D))
        Functions.push_back(F);
      else if (auto *Class = dyn_cast<CXXRecordDecl>(D);
               Class && !Class->isDependentContext())
        for (CXXMethodDecl *Method : Class->methods())
          visitLocals(*Method);
  }

  void visitVariable(VarDecl &V) {
    Variables.push_back(&V);
    if (V.isThisDeclarationADefinition() == VarDecl::DeclarationOnly)
      return;
    if (isOff(V))
      annotate(V, "hcr.nonreloadable");
    if (V.isThisDeclarationADefinition() == VarDecl::Definition) {
      mark(V);
      if (WritesFacts && isInitializedInOrder(V))
        markOrder(V);
    }
    // A lambda outside of all functions.
    if (const Expr *Initial = V.getInit())
      if (const auto *Lambda =
              dyn_cast<LambdaExpr>(Initial->IgnoreUnlessSpelledInSource());
          Lambda && !Lambda->isGenericLambda())
        visitLocals(*Lambda->getCallOperator());
  }

  /// Tells the type of a variable that may be persistent.
  void mark(VarDecl &V) {
    if (!WritesFacts || !V.hasGlobalStorage() || V.isInvalidDecl() ||
        V.isTemplated() || V.getType()->isDependentType() || V.isConstexpr() ||
        V.isThisDeclarationADefinition() == VarDecl::DeclarationOnly)
      return;
    QualType T = V.getType();
    if (T->isReferenceType())
      T = V.getASTContext().getPointerType(T.getNonReferenceType());
    if (!T->isIncompleteType() &&
        T.isConstantStorage(V.getASTContext(), /*ExcludeCtor=*/false,
                            /*ExcludeDtor=*/false))
      return;
    if (const Layout *L = Layouts->of(T))
      markType(V, *L);
  }

  /// By the priorities that the program gives, then as in the source.
  void markOrder(VarDecl &V) {
    const auto *Given = V.getAttr<InitPriorityAttr>();
    uint64_t Priority = Given ? Given->getPriority() : 65535;
    markDynamic(V, Priority << 32 | ++DynamicCount);
  }

  static std::string labelOf(const NamedDecl &D) {
    if (const auto *Label = D.getAttr<AsmLabelAttr>())
      return Label->getLabel().str();
    return D.getNameAsString();
  }

  bool isMangled(const NamedDecl &D) const {
    return !D.hasAttr<AsmLabelAttr>() && Mangler->shouldMangleDeclName(&D);
  }

  /// Calls \p Use with each symbol that the function may become.
  void forEachSymbol(const FunctionDecl &F,
                     llvm::function_ref<void(llvm::StringRef)> Use) {
    auto Mangle = [&](GlobalDecl G) {
      std::string Name;
      llvm::raw_string_ostream Out(Name);
      Mangler->mangleName(G, Out);
      Use(Name);
    };
    if (!isMangled(F))
      return Use(labelOf(F));
    if (const auto *Constructor = dyn_cast<CXXConstructorDecl>(&F)) {
      Mangle(GlobalDecl(Constructor, Ctor_Complete));
      Mangle(GlobalDecl(Constructor, Ctor_Base));
    } else if (const auto *Destructor = dyn_cast<CXXDestructorDecl>(&F)) {
      Mangle(GlobalDecl(Destructor, Dtor_Deleting));
      Mangle(GlobalDecl(Destructor, Dtor_Complete));
      Mangle(GlobalDecl(Destructor, Dtor_Base));
    } else {
      Mangle(GlobalDecl(&F));
    }
  }

  void describeFunctions(Facts &Out) {
    llvm::SmallSetVector<const FunctionDecl *, 32> Seen;
    for (const FunctionDecl *F : Functions) {
      const FunctionDecl *Definition = F->getDefinition();
      if ((!Definition && !F->isUsed()) || F->isMain() || F->isInvalidDecl() ||
          F->isDependentContext() || !F->getDeclName() ||
          !Seen.insert(F->getCanonicalDecl()))
        continue;
      // Templates of a library are compiled with types of the program.
      bool IsSystem = F->getTemplatedKind() == FunctionDecl::TK_NonTemplate &&
                      F->isUsed() && Headers->declare(*F);
      if (IsSystem)
        forEachSymbol(*F,
                      [&](llvm::StringRef Name) { Out.addSystemSymbol(Name); });
      else if (!isMangled(*F))
        if (uint64_t Signature = signatureOf(*F, *Layouts))
          Out.addSignature(Signature, labelOf(*F));
    }
  }

  /// The functions of HCR_MIGRATE get pointers to void, to variables.
  llvm::SmallPtrSet<const FunctionDecl *, 4> migrators() const {
    llvm::SmallPtrSet<const FunctionDecl *, 4> Result;
    for (const VarDecl *V : Variables)
      for (const auto *A : V->specific_attrs<AnnotateAttr>())
        if (A->getAnnotation().starts_with("hcr.migrate:") && V->getInit())
          if (const auto *Name =
                  dyn_cast<DeclRefExpr>(V->getInit()->IgnoreParenImpCasts()))
            if (const auto *F = dyn_cast<FunctionDecl>(Name->getDecl()))
              Result.insert(F->getCanonicalDecl());
    return Result;
  }

  /// Where the program's code makes objects. Bodies of a precompiled header
  /// only if they are used here.
  void describeHeap() {
    auto Migrators = migrators();
    // Reading a body out of a precompiled header makes more known.
    std::vector<FunctionDecl *> All = Functions;
    for (FunctionDecl *F : All)
      if (F->isThisDeclarationADefinition() && !F->isDependentContext() &&
          !F->isInvalidDecl() && (!F->isFromASTFile() || F->isUsed()) &&
          !Headers->declare(*F) &&
          Migrators.insert(F->getCanonicalDecl()).second)
        if (Stmt *Body = F->getBody())
          Types->lookAt(*Body);
    for (VarDecl *V : std::vector<VarDecl *>(Variables))
      if (!V->isTemplated() && !V->isFromASTFile() && V->getInit() &&
          !Headers->declare(*V))
        Types->lookAt(*V);
  }

  void describeVariables(Facts &Out) {
    llvm::SmallPtrSet<const VarDecl *, 32> Seen;
    for (const VarDecl *V : Variables) {
      if (!V->isFileVarDecl() || !V->hasGlobalStorage() || V->getDefinition() ||
          !V->isUsed() || V->isTemplated() ||
          !Seen.insert(V->getCanonicalDecl()).second || !Headers->declare(*V))
        continue;
      if (!isMangled(*V)) {
        Out.addSystemSymbol(labelOf(*V));
        continue;
      }
      std::string Name;
      llvm::raw_string_ostream Stream(Name);
      Mangler->mangleName(GlobalDecl(V), Stream);
      Out.addSystemSymbol(Name);
    }
  }
};

} // namespace

std::unique_ptr<ASTConsumer>
makeCollector(CompilerInstance &CI, std::unique_ptr<PragmaRegions> Regions,
              bool WritesFacts, std::optional<std::string> Names) {
  return std::make_unique<Collector>(CI, std::move(Regions), WritesFacts,
                                     std::move(Names));
}

} // namespace hcr
