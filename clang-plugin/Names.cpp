// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Names.h"
#include "../pass/NamesFormat.h"
#include "Closures.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/Decl.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Support/xxhash.h"

using namespace clang;

namespace hcr {
namespace {

/// The names of what Nim's `Dl_…` variables are given by `…_DatInit000`:
///
///     Dl_939524098_ = (tyProc__ub6…) nimGetProcAddr(TM__RHn5…_2, "crc32");
class LoadedProcs : public RecursiveASTVisitor<LoadedProcs> {
public:
  llvm::DenseMap<const Decl *, llvm::StringRef> NameOf;

  bool VisitBinaryOperator(BinaryOperator *E) {
    if (!E->isAssignmentOp())
      return true;
    const auto *To = dyn_cast<DeclRefExpr>(E->getLHS()->IgnoreParenImpCasts());
    const auto *Call = dyn_cast<CallExpr>(E->getRHS()->IgnoreParenCasts());
    if (To && Call && Call->getNumArgs() == 2)
      if (const auto *Name =
              dyn_cast<StringLiteral>(Call->getArg(1)->IgnoreParenImpCasts()))
        NameOf[To->getDecl()->getCanonicalDecl()] = Name->getString();
    return true;
  }
};

/// Nim's start-up code and what the collector is told of: variables that only
/// these use are loop variables and the like.
bool isStartUp(const FunctionDecl &F) {
  if (!F.getIdentifier())
    return false;
  llvm::StringRef Name = F.getName();
  return Name.ends_with("Init000") || Name == "NimMainModule" ||
         isCountedByNim(Name);
}

/// Who uses which variables and functions.
class Users : public RecursiveASTVisitor<Users> {
  const FunctionDecl *In = nullptr;

public:
  /// Variables that more than start-up code uses.
  llvm::SmallPtrSet<const Decl *, 16> Used;
  /// The first user of a function, in the order of the source.
  llvm::DenseMap<const Decl *, const FunctionDecl *> FirstUser;

  void lookAt(FunctionDecl &F) {
    In = &F;
    TraverseStmt(F.getBody());
  }
  bool VisitDeclRefExpr(DeclRefExpr *E) {
    const Decl *D = E->getDecl()->getCanonicalDecl();
    if (isa<FunctionDecl>(D) && D != In->getCanonicalDecl())
      FirstUser.try_emplace(D, In);
    else if (!isStartUp(*In))
      Used.insert(D);
    return true;
  }
};

/// A name as it is in every version.
llvm::StringRef plain(llvm::StringRef Name) {
  llvm::StringRef Front = withoutNumber(Name);
  return Front.empty() ? Name : Front;
}

class Describer {
  ASTContext &Context;
  SourceManager &SM;
  std::string Text;
  llvm::SmallPtrSet<const Decl *, 16> Seen;
  LoadedProcs Loaded;
  Users Procs;

public:
  explicit Describer(ASTContext &Context)
      : Context(Context), SM(Context.getSourceManager()) {}

  std::string describe() {
    if (Context.getLangOpts().CPlusPlus) // mangled names say the types
      return "";
    const TranslationUnitDecl *Unit = Context.getTranslationUnitDecl();
    for (Decl *D : Unit->noload_decls())
      if (auto *F = dyn_cast<FunctionDecl>(D);
          F && F->isThisDeclarationADefinition()) {
        Procs.lookAt(*F);
        if (F->getIdentifier() && F->getName().ends_with("_DatInit000"))
          Loaded.TraverseStmt(F->getBody());
      }
    for (Decl *D : Unit->noload_decls())
      if (auto *F = dyn_cast<FunctionDecl>(D);
          F && F->isThisDeclarationADefinition())
        add(*F, F->isExternallyVisible() ? 'f' : 'F');
      else if (auto *V = dyn_cast<VarDecl>(D);
               V && V->isThisDeclarationADefinition())
        add(*V, !V->isExternallyVisible()                    ? 'V'
                : Procs.Used.contains(V->getCanonicalDecl()) ? 'v'
                                                             : 't');
    return std::move(Text);
  }

private:
  void add(const DeclaratorDecl &D, char Kind) {
    llvm::StringRef Loads = Loaded.NameOf.lookup(D.getCanonicalDecl());
    if (!D.getIdentifier() || D.isInvalidDecl() || D.hasAttr<AsmLabelAttr>() ||
        withoutNumber(D.getName()).empty() ||
        (isCountedByNim(D.getName()) && Loads.empty()) ||
        !Seen.insert(D.getCanonicalDecl()).second)
      return;
    Text += Kind;
    Text += (" " + D.getName() + " " + llvm::utohexstr(typeOf(D)) + " " +
             llvm::utohexstr(Loads.empty() ? contentOf(D) : hash(Loads)) + "\n")
                .str();
  }

  static uint64_t hash(llvm::StringRef Bytes) {
    return llvm::xxh3_64bits(Bytes);
  }

  uint64_t typeOf(const ValueDecl &D) {
    PrintingPolicy Policy = Context.getPrintingPolicy();
    Policy.AnonymousTagLocations = false;
    std::string Spelling = D.getType().getCanonicalType().getAsString(Policy);
    std::string Result;
    if (const auto *F = dyn_cast<FunctionDecl>(&D)) {
      Result = describeClosure(*F);
      // What has no name is who is made there.
      if (const FunctionDecl *In =
              Procs.FirstUser.lookup(F->getCanonicalDecl());
          In && In->getIdentifier() && isAnonymous(F->getName()))
        Result += ("in " + plain(In->getName()) + " ").str();
    }
    for (llvm::StringRef Rest = Spelling; !Rest.empty();) {
      llvm::StringRef Word =
          Rest.take_while([](char C) { return llvm::isAlnum(C) || C == '_'; });
      Result += Word.empty() ? Rest.take_front() : plain(Word);
      Rest = Rest.drop_front(std::max<size_t>(Word.size(), 1));
    }
    return hash(Result);
  }

  /// The tokens between two places of one file. Lines of the preprocessor and
  /// what tells line numbers to Nim's stack traces are left out.
  uint64_t contentOf(const ValueDecl &D) {
    SourceLocation Begin = SM.getExpansionLoc(D.getBeginLoc());
    SourceLocation End = SM.getExpansionRange(D.getEndLoc()).getEnd();
    if (SM.getFileID(Begin) != SM.getFileID(End))
      return 0;
    Lexer Lex(Begin, Context.getLangOpts(), SM.getCharacterData(Begin),
              SM.getCharacterData(Begin),
              SM.getBufferData(SM.getFileID(Begin)).end());
    std::string Tokens;
    Token T;
    bool IsDirective = false;
    for (Lex.LexFromRawLexer(T);
         T.isNot(tok::eof) &&
         !SM.isBeforeInTranslationUnit(End, T.getLocation());
         Lex.LexFromRawLexer(T)) {
      if (T.isAtStartOfLine())
        IsDirective = T.is(tok::hash);
      if (IsDirective)
        continue;
      if (T.isNot(tok::raw_identifier))
        Tokens.append(SM.getCharacterData(T.getLocation()), T.getLength());
      else if (isLineNumber(T.getRawIdentifier()))
        skipToParenthesis(Lex, T);
      else
        Tokens += plain(T.getRawIdentifier());
      Tokens += ' ';
    }
    return hash(Tokens);
  }

  static void skipToParenthesis(Lexer &Lex, Token &T) {
    while (T.isNot(tok::r_paren) && T.isNot(tok::eof))
      Lex.LexFromRawLexer(T);
  }

  static bool isAnonymous(llvm::StringRef Name) {
    return Name.starts_with("colonanonymous_");
  }

  static bool isLineNumber(llvm::StringRef Macro) {
    return Macro == "nimln_" || Macro == "nimlf_";
  }
};

} // namespace

std::string describeNames(ASTContext &Context) {
  return Describer(Context).describe();
}

} // namespace hcr
