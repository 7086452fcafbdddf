// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Closures.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringExtras.h"

using namespace clang;

namespace hcr {
namespace {

constexpr llvm::StringLiteral Environment = "ClE_0", Resumption = "STATE";

/// Finds the type that the environment has, and counts places to go on.
class ClosureVisitor : public RecursiveASTVisitor<ClosureVisitor> {
  const ParmVarDecl &Parameter;

public:
  const RecordDecl *Record = nullptr;
  unsigned Places = 0;

  explicit ClosureVisitor(const ParmVarDecl &Parameter)
      : Parameter(Parameter) {}

  bool VisitCStyleCastExpr(CStyleCastExpr *E) {
    const auto *Of =
        dyn_cast<DeclRefExpr>(E->getSubExpr()->IgnoreParenImpCasts());
    QualType To = E->getType()->getPointeeType();
    if (!Record && Of && Of->getDecl() == &Parameter && !To.isNull())
      Record = To->getAsRecordDecl();
    return true;
  }
  bool VisitLabelStmt(LabelStmt *S) {
    Places += llvm::StringRef(S->getName()).starts_with(Resumption);
    return true;
  }
};

bool isEnvironment(const RecordDecl &Record) {
  return Record.getName().starts_with("tyObject_Env_");
}

class EnvironmentText {
  llvm::SmallPtrSet<const RecordDecl *, 4> Seen;

public:
  std::string Text;

  void add(const RecordDecl &Declared) {
    const RecordDecl *Record = Declared.getDefinition();
    if (!Record || !Seen.insert(Record).second)
      return;
    Text += '{';
    for (const FieldDecl *Field : Record->fields()) {
      // Names of parts are numbered, too: `result1`, `tmpX60gensym82_`.
      for (char C : Field->getName())
        if (!llvm::isDigit(C))
          Text += C;
      addType(Field->getType().getCanonicalType());
    }
    Text += '}';
  }

private:
  /// Environments lie in environments; they are named by what is in them.
  void addType(QualType T) {
    QualType Target = T;
    while (!Target->getPointeeType().isNull())
      Target = Target->getPointeeType();
    const RecordDecl *Record = Target->getAsRecordDecl();
    if (!Record || !Record->getIdentifier() || !isEnvironment(*Record)) {
      Text += ':' + T.getAsString() + ';';
      return;
    }
    Text += ":environment";
    add(*Record);
  }
};

} // namespace

std::string describeClosure(const FunctionDecl &F) {
  if (F.param_empty() || !F.hasBody())
    return "";
  const ParmVarDecl &Last = **std::prev(F.param_end());
  if (Last.getName() != Environment)
    return "";
  ClosureVisitor Visitor(Last);
  Visitor.TraverseStmt(F.getBody());
  EnvironmentText Parts;
  if (Visitor.Record)
    Parts.add(*Visitor.Record);
  return "closure " + std::to_string(Visitor.Places) + Parts.Text;
}

} // namespace hcr
