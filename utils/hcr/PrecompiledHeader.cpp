// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "PrecompiledHeader.h"
#include "../common/ClangArguments.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/FileManager.h"
#include "clang/Serialization/ASTReader.h"
#include "clang/Serialization/PCHContainerOperations.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace hcr {

static std::string headerOf(StringRef Precompiled, StringRef Directory) {
  SmallString<256> Path(Precompiled);
  sys::fs::make_absolute(Directory, Path);
  clang::FileManager Files{clang::FileSystemOptions()};
  clang::DiagnosticsEngine Silent(new clang::DiagnosticIDs,
                                  new clang::DiagnosticOptions,
                                  new clang::IgnoringDiagConsumer);
  clang::RawPCHContainerReader Reader;
  std::string Header = clang::ASTReader::getOriginalSourceFile(
      std::string(Path), Files, Reader, Silent);
  if (!Header.empty())
    return Header;
  // It was removed since, or is another compiler's: by its name, then.
  bool IsNamed =
      Precompiled.consume_back(".pch") || Precompiled.consume_back(".gch");
  return IsNamed ? Precompiled.str() : "";
}

std::vector<std::string> imageArguments(const CompileRecord &Record) {
  return imageArguments(Record.Arguments, [&](StringRef Precompiled) {
    return headerOf(Precompiled, Record.Directory);
  });
}

} // namespace hcr
