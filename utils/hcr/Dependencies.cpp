// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Dependencies.h"
#include "PrecompiledHeader.h"
#include "clang/Tooling/DependencyScanning/DependencyScanningTool.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
namespace path = llvm::sys::path;
using namespace clang::tooling::dependencies;

namespace hcr {

// Splits at blanks; `\ ` is a blank in a name, `\` newline a blank, `$$` is $.
static std::vector<std::string> wordsOfRule(StringRef Rule) {
  std::vector<std::string> Words;
  std::string Word;
  auto Finish = [&] {
    if (!Word.empty())
      Words.push_back(std::move(Word));
    Word.clear();
  };
  for (size_t I = 0; I < Rule.size(); ++I) {
    char C = Rule[I], Next = I + 1 < Rule.size() ? Rule[I + 1] : '\0';
    if (C == '\\' && (Next == ' ' || Next == '#')) {
      Word += Next;
      ++I;
    } else if (C == '$' && Next == '$') {
      Word += '$';
      ++I;
    } else if (C == '\\' && (Next == '\n' || Next == '\r')) {
      Finish();
    } else if (C == ' ' || C == '\t' || C == '\n' || C == '\r') {
      Finish();
    } else {
      Word += C;
    }
  }
  Finish();
  return Words;
}

std::vector<std::string> filesOf(const CompileRecord &Record, StringRef Rule) {
  std::vector<std::string> Files;
  StringSet<> Seen;
  auto Add = [&](StringRef File) {
    SmallString<256> Path(File);
    sys::fs::make_absolute(Record.Directory, Path);
    path::remove_dots(Path, /*remove_dot_dot=*/false);
    if (Seen.insert(Path).second)
      Files.push_back(std::string(Path));
  };
  bool InTarget = true;
  for (const std::string &Word : wordsOfRule(Rule)) {
    if (InTarget)
      InTarget = !StringRef(Word).ends_with(":");
    else
      Add(Word);
  }
  Add(Record.Source);
  for (StringRef Word : Record.Arguments)
    if (Word.consume_front("-fmodule-file="))
      Add(Word.contains('=') ? Word.split('=').second : Word);
  return Files;
}

struct DependencyScanner::Implementation {
  DependencyScanningService Service{ScanningMode::DependencyDirectivesScan,
                                    ScanningOutputFormat::Make};
};

DependencyScanner::DependencyScanner()
    : Own(std::make_unique<Implementation>()) {}
DependencyScanner::~DependencyScanner() = default;

Expected<std::vector<std::string>>
DependencyScanner::scan(const CompileRecord &Record) {
  DependencyScanningTool Tool(Own->Service);
  std::vector<std::string> Command = {Record.Compiler};
  std::vector<std::string> Arguments = imageArguments(Record);
  Command.insert(Command.end(), Arguments.begin(), Arguments.end());
  Command.insert(Command.end(), {"-c", Record.Source, "-o", "scan.o"});
  Expected<std::string> Rule =
      Tool.getDependencyFile(Command, Record.Directory);
  if (!Rule)
    return Rule.takeError();
  return filesOf(Record, *Rule);
}

} // namespace hcr
