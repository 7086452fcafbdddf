// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// [[hcr::nonreloadable]], [[hcr::reinit]], [[hcr::before_reload]] and
// [[hcr::after_reload]], also as __attribute__((hcr_nonreloadable)) and so on.
//
// Each becomes what the macros of hcr.h expand to, `annotate("hcr.…")`, which
// clang carries to the pass in llvm.global.annotations. What the pass could
// not honour is said here, where there is a line to point at.
#include "Diagnostics.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/Sema/ParsedAttr.h"
#include "clang/Sema/Sema.h"

using namespace clang;

namespace hcr {
namespace {

bool isAnnotated(const Decl &D, llvm::StringRef Text) {
  return llvm::any_of(
      D.specific_attrs<AnnotateAttr>(),
      [&](const AnnotateAttr *A) { return A->getAnnotation() == Text; });
}

/// What the four have in common: no arguments, an annotation if they fit.
class Attribute : public ParsedAttrInfo {
  Spelling Names[3];
  llvm::StringRef Annotation;

protected:
  Attribute(const char *GnuName, const char *Name, llvm::StringRef Annotation)
      : Names{{ParsedAttr::AS_GNU, GnuName},
              {ParsedAttr::AS_CXX11, Name},
              {ParsedAttr::AS_C23, Name}},
        Annotation(Annotation) {
    Spellings = Names;
  }

  /// Says why the attribute makes no sense on \p D; false then.
  virtual bool fits(Sema &S, const ParsedAttr &A, const Decl &D) const = 0;
  /// What else the declaration needs.
  virtual void complete(ASTContext &, Decl &) const {}

  static bool say(Sema &S, const ParsedAttr &A, const Decl &D, Diag What) {
    std::string Name;
    if (const auto *Named = dyn_cast<NamedDecl>(&D))
      Name = Named->getNameAsString();
    report(S.Diags, A.getLoc(), What) << A.getNormalizedFullName() << Name;
    return false;
  }

public:
  AttrHandling handleDeclAttribute(Sema &S, Decl *D,
                                   const ParsedAttr &A) const override {
    if (!A.checkExactlyNumArgs(S, 0) || !fits(S, A, *D))
      return AttributeNotApplied;
    if (!isAnnotated(*D, Annotation))
      D->addAttr(AnnotateAttr::Create(S.Context, Annotation, nullptr, 0,
                                      A.getRange()));
    complete(S.Context, *D);
    return AttributeApplied;
  }
};

class NonReloadable : public Attribute {
public:
  NonReloadable()
      : Attribute("hcr_nonreloadable", "hcr::nonreloadable",
                  "hcr.nonreloadable") {}

  bool fits(Sema &S, const ParsedAttr &A, const Decl &D) const override {
    if (const auto *F = dyn_cast<FunctionDecl>(&D))
      return !F->isMain() || say(S, A, D, Diag::MainIsNonReloadable);
    const auto *V = dyn_cast<VarDecl>(&D);
    if (!V)
      return say(S, A, D, Diag::NotAFunctionOrVariable);
    if (!V->hasGlobalStorage())
      return say(S, A, D, Diag::AutomaticVariable);
    if (V->getTLSKind() != VarDecl::TLS_None)
      return say(S, A, D, Diag::ThreadLocal);
    return true;
  }
};

class Reinit : public Attribute {
public:
  Reinit() : Attribute("hcr_reinit", "hcr::reinit", "hcr.reinit") {}

  bool fits(Sema &S, const ParsedAttr &A, const Decl &D) const override {
    const auto *V = dyn_cast<VarDecl>(&D);
    if (!V)
      return say(S, A, D, Diag::NotAVariable);
    if (!V->hasGlobalStorage())
      return say(S, A, D, Diag::AutomaticVariable);
    if (V->getTLSKind() != VarDecl::TLS_None)
      return say(S, A, D, Diag::ThreadLocal);
    if (isAnnotated(D, "hcr.nonreloadable"))
      return say(S, A, D, Diag::ReinitContradiction);
    if (V->isConstexpr() || (!V->getType()->isDependentType() &&
                             V->getType().isConstant(S.Context)))
      return say(S, A, D, Diag::ReinitConstant);
    return true;
  }
};

class Handler : public Attribute {
protected:
  using Attribute::Attribute;

  bool fits(Sema &S, const ParsedAttr &A, const Decl &D) const override {
    const auto *F = dyn_cast<FunctionDecl>(&D);
    if (!F)
      return say(S, A, D, Diag::NotAFunction);
    if (F->isMain())
      return say(S, A, D, Diag::HandlerIsMain);
    const auto *Method = dyn_cast<CXXMethodDecl>(F);
    if (Method && !Method->isStatic())
      return say(S, A, D, Diag::HandlerIsMember);
    if (F->isTemplated() || F->isTemplateInstantiation())
      return say(S, A, D, Diag::HandlerIsTemplate);
    if (F->getNumParams() || F->isVariadic())
      return say(S, A, D, Diag::HandlerHasParameters);
    if (!F->getReturnType()->isVoidType())
      return say(S, A, D, Diag::HandlerHasResult);
    return true;
  }

  /// A handler is called by nobody in sight.
  void complete(ASTContext &Context, Decl &D) const override {
    if (!D.hasAttr<UsedAttr>())
      D.addAttr(UsedAttr::CreateImplicit(Context));
  }
};

class BeforeReload : public Handler {
public:
  BeforeReload()
      : Handler("hcr_before_reload", "hcr::before_reload",
                "hcr.before_reload") {}
};

class AfterReload : public Handler {
public:
  AfterReload()
      : Handler("hcr_after_reload", "hcr::after_reload", "hcr.after_reload") {}
};

ParsedAttrInfoRegistry::Add<NonReloadable>
    AddNonReloadable("hcr_nonreloadable", "never exchanged by a reload");
ParsedAttrInfoRegistry::Add<Reinit>
    AddReinit("hcr_reinit", "a changed initial value is applied");
ParsedAttrInfoRegistry::Add<BeforeReload>
    AddBefore("hcr_before_reload", "called before each reload");
ParsedAttrInfoRegistry::Add<AfterReload> AddAfter("hcr_after_reload",
                                                  "called after each reload");

} // namespace
} // namespace hcr
