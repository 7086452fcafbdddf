// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Names.h"
#include "Facts.h"
#include "NamesFormat.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;

namespace hcr {

Expected<Names> Names::read(StringRef File) {
  auto Buffer = MemoryBuffer::getFile(File, /*IsText=*/true);
  if (!Buffer)
    return createStringError(
        Buffer.getError(), "cannot read '%s', the file of -hcr-names: %s",
        File.str().c_str(), Buffer.getError().message().c_str());
  Names Result;
  for (line_iterator Line(**Buffer); !Line.is_at_eof(); ++Line) {
    StringRef Text = *Line;
    auto [Name, Other] =
        Text.drop_front(std::min<size_t>(2, Text.size())).split(' ');
    if (Text == "n")
      Result.IsNewModule = true;
    else if (Text.starts_with("v ") && !Name.empty() && Other.empty())
      Result.NewVariables.insert(Name.str());
    else if (Text.starts_with("r ") && !Name.empty() && !Other.empty())
      Result.Others[Name] = Other.str();
    else
      return createStringError("line %d of '%s', the file of -hcr-names, is "
                               "none that the pass knows: %s",
                               int(Line.line_number()), File.str().c_str(),
                               Text.str().c_str());
  }
  return std::move(Result);
}

bool renameSymbols(Module &M, Facts &Known, const Names &Given) {
  // Names may change places: none is free before all have been given up.
  SmallVector<std::pair<GlobalValue *, StringRef>, 0> Renamed;
  for (const auto &Entry : Given.Others)
    if (GlobalValue *G = M.getNamedValue(Entry.first()))
      Renamed.push_back({G, Entry.second});
  for (auto &[G, Name] : Renamed)
    G->setName("hcr.renamed");
  for (auto &[G, Name] : Renamed) {
    G->setName(Name);
    if (G->getName() != Name) {
      M.getContext().emitError("two symbols of one module would be called '" +
                               Name + "' by the file of -hcr-names");
      return false;
    }
  }
  Known.rename(Given.Others);
  return true;
}

void keepNames(Module &M, StringRef ModuleName, const Facts &Known) {
  if (Known.names().empty())
    return;
  std::string Text = (NamesPrefix + ModuleName).str();
  for (const NameLine &Line : Known.names()) {
    Text += NamesSeparator;
    Text += Line.Kind;
    Text += ' ' + Line.Name + ' ' + Line.Rest;
  }
  LLVMContext &Ctx = M.getContext();
  M.getOrInsertNamedMetadata("llvm.commandline")
      ->addOperand(MDNode::get(Ctx, MDString::get(Ctx, Text)));
}

} // namespace hcr
