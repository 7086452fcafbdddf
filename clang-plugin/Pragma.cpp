// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The handler is added by the plugin's action and not by clang's registry of
// pragmas: under -E, which runs no action, clang then prints the pragma as it
// is, and the compile of the preprocessed text sees it.
#include "Pragma.h"
#include "Diagnostics.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Lex/Pragma.h"
#include "clang/Lex/Preprocessor.h"

using namespace clang;

namespace hcr {

bool PragmaRegions::add(const SourceManager &SM, SourceLocation Where,
                        bool IsOff) {
  Where = SM.getExpansionLoc(Where);
  FileID File = SM.getFileID(Where);
  unsigned &Open = Depth[File];
  if (!IsOff && !Open)
    return false;
  Open += IsOff ? 1 : -1;
  Pragmas.push_back({Where, File, IsOff});
  IsCurrent = false;
  return true;
}

void PragmaRegions::findRegions(const SourceManager &SM) {
  IsCurrent = true;
  Regions.clear();
  llvm::DenseMap<FileID, llvm::SmallVector<size_t, 2>> Open;
  for (const Pragma &P : Pragmas) {
    auto &InFile = Open[P.File];
    if (P.IsOff) {
      InFile.push_back(Regions.size());
      Regions.push_back({P.Where, SM.getLocForEndOfFile(P.File)});
    } else if (!InFile.empty()) {
      Regions[InFile.pop_back_val()].End = P.Where;
    }
  }
}

bool PragmaRegions::isOff(const SourceManager &SM, SourceLocation Where) {
  if (Pragmas.empty() || Where.isInvalid())
    return false;
  if (!IsCurrent)
    findRegions(SM);
  Where = SM.getExpansionLoc(Where);
  return llvm::any_of(Regions, [&](const Region &R) {
    return SM.isBeforeInTranslationUnit(R.Begin, Where) &&
           SM.isBeforeInTranslationUnit(Where, R.End);
  });
}

void PragmaRegions::dropInside(DiagnosticsEngine &Diagnostics,
                               SourceRange Body) {
  if (Pragmas.empty() || Body.isInvalid())
    return;
  const SourceManager &SM = Diagnostics.getSourceManager();
  SourceLocation Begin = SM.getExpansionLoc(Body.getBegin());
  SourceLocation End = SM.getExpansionLoc(Body.getEnd());
  llvm::erase_if(Pragmas, [&](const Pragma &P) {
    if (!SM.isBeforeInTranslationUnit(Begin, P.Where) ||
        !SM.isBeforeInTranslationUnit(P.Where, End))
      return false;
    report(Diagnostics, P.Where, Diag::PragmaInFunction);
    IsCurrent = false;
    return true;
  });
}

namespace {

class Handler : public PragmaHandler {
  PragmaRegions &Regions;

public:
  explicit Handler(PragmaRegions &Regions)
      : PragmaHandler("hcr"), Regions(Regions) {}

  void HandlePragma(Preprocessor &PP, PragmaIntroducer, Token &First) override {
    Token Word;
    PP.LexUnexpandedToken(Word);
    const IdentifierInfo *Name = Word.getIdentifierInfo();
    bool IsOff = Name && Name->isStr("off");
    if (!IsOff && !(Name && Name->isStr("on"))) {
      report(PP.getDiagnostics(), First.getLocation(), Diag::PragmaWord);
      return;
    }
    Token Next;
    PP.LexUnexpandedToken(Next);
    if (Next.isNot(tok::eod))
      report(PP.getDiagnostics(), Next.getLocation(), Diag::PragmaExtraWords);
    if (!Regions.add(PP.getSourceManager(), First.getLocation(), IsOff))
      report(PP.getDiagnostics(), First.getLocation(), Diag::PragmaUnbalanced);
  }
};

} // namespace

void addPragmaHandler(CompilerInstance &CI, PragmaRegions &Regions) {
  CI.getPreprocessor().AddPragmaHandler(new Handler(Regions));
}

} // namespace hcr
