// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "SystemHeaders.h"
#include "clang/AST/Decl.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace clang;

namespace hcr {

/// As the pass sees it: -hcr-root, else the current directory.
static std::string projectRoot(const CompilerInstance &CI) {
  llvm::SmallString<256> Root;
  for (llvm::StringRef Option : CI.getFrontendOpts().LLVMArgs)
    if (Option.consume_front("-hcr-root="))
      Root = Option;
  llvm::sys::fs::make_absolute(Root);
  llvm::sys::path::remove_dots(Root, /*remove_dot_dot=*/true);
  // Programs without a project, compiled in /: nothing is inside it.
  return Root == "/" ? "" : std::string(Root) + "/";
}

SystemHeaders::SystemHeaders(CompilerInstance &CI)
    : SM(CI.getSourceManager()), Root(projectRoot(CI)) {}

bool SystemHeaders::contain(SourceLocation Where) {
  if (Where.isInvalid())
    return false;
  Where = SM.getExpansionLoc(Where);
  if (!SM.isInSystemHeader(Where))
    return false;
  auto [It, IsNew] = Known.try_emplace(SM.getFileID(Where), true);
  if (IsNew && !Root.empty())
    if (OptionalFileEntryRef File = SM.getFileEntryRefForID(It->first)) {
      llvm::SmallString<256> Path(File->getName());
      llvm::sys::fs::make_absolute(Path);
      llvm::sys::path::remove_dots(Path, /*remove_dot_dot=*/true);
      It->second = !Path.starts_with(Root);
    }
  return It->second;
}

template <class Declaration>
static bool isSystem(SystemHeaders &Headers, const Declaration &D,
                     const Declaration *Definition) {
  if (Definition)
    return Headers.contain(Definition->getLocation());
  return llvm::all_of(D.redecls(), [&](const auto *Redeclaration) {
    return Redeclaration->isImplicit() ||
           Headers.contain(Redeclaration->getLocation());
  });
}

bool SystemHeaders::declare(const FunctionDecl &F) {
  return isSystem(*this, F,
                  static_cast<const FunctionDecl *>(F.getDefinition()));
}

bool SystemHeaders::declare(const VarDecl &V) {
  return isSystem(*this, V, V.getDefinition());
}

bool SystemHeaders::areAllOf(const NamespaceDecl &N) {
  const IdentifierInfo *Name = N.getIdentifier();
  return Name &&
         (Name->isStr("std") || Name->isStr("__gnu_cxx") ||
          Name->isStr("__cxxabiv1")) &&
         N.getDeclContext()->getRedeclContext()->isTranslationUnit() &&
         SM.isInSystemHeader(SM.getExpansionLoc(N.getLocation()));
}

} // namespace hcr
