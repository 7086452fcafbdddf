// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Naming.h"
#include "../../pass/NamesFormat.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;

namespace hcr {

bool Naming::isNumbered(const CompileRecord &Record) const {
  return isGeneratedByNim(Record.Source) || Found.Names.count(Record.Module);
}

// As its newest image has it, or else the executable.
ModuleSymbols Naming::inProgram(const std::string &Module) const {
  if (auto I = Running.find(Module); I != Running.end())
    return I->second;
  if (Notes.imageOf(Module) != 0) {
    if (Expected<ImageContents> Image = readImage(P.image(Module)))
      return std::move(Image->Names[Module]);
    else
      consumeError(Image.takeError()); // it was removed: it is built again
  }
  auto I = Found.Names.find(Module);
  return I == Found.Names.end() ? ModuleSymbols() : I->second;
}

void Naming::keep(ArrayRef<std::string> Modules) {
  for (const std::string &Module : Modules)
    if (ModuleSymbols Symbols = inProgram(Module); !Symbols.empty())
      Running.emplace(Module, std::move(Symbols));
}

StringSet<> Naming::refused() const {
  StringSet<> Result;
  for (const auto &[Module, Symbols] : Running)
    Result.insert(Module);
  return Result;
}

std::optional<ModuleSymbols> Naming::inSource(const CompileRecord &Record,
                                              const std::string &File) {
  std::optional<FileStamp> Stamp = stampOf(Record.sourcePath());
  if (!Stamp)
    return std::nullopt;
  {
    std::lock_guard Guard(Mutex);
    if (auto I = Known.find(Record.Module);
        I != Known.end() && I->second.Stamp == *Stamp)
      return I->second.Symbols;
  }
  if (!Compiler.writeNames(Record, File))
    return std::nullopt;
  Expected<std::string> Lines = readFile(File);
  if (!Lines) {
    consumeError(Lines.takeError());
    return std::nullopt;
  }
  ModuleSymbols Symbols = parseSymbols(*Lines, '\n');
  std::lock_guard Guard(Mutex);
  Known[Record.Module] = {*Stamp, Symbols};
  return Symbols;
}

//===-- One build ---------------------------------------------------------===//

// Symbols that other modules see, or the module's own ones.
static ModuleSymbols ofKind(const ModuleSymbols &All, bool IsStatic) {
  ModuleSymbols Result;
  copy_if(All, std::back_inserter(Result),
          [&](const NamedSymbol &S) { return S.IsStatic == IsStatic; });
  return Result;
}

// In the modules that did not change since their images were made every symbol
// is who it was.
Error Naming::bindUnchanged(const Look &L, OtherNames &Names) const {
  for (auto [Record, Source, Running] : zip(L.Modules, L.Sources, L.Running)) {
    if (L.Changed.contains(Record->Module))
      continue;
    if (Running.size() != Source->size())
      return failure("the image of module '" + Record->Module +
                     "' does not belong to its source; remove '" + P.Directory +
                     "' and restart the program");
    for (auto [Now, Then] : zip(*Source, Running))
      if (!Then.IsStatic)
        Names[Now.Name] = Then.Name;
  }
  return Error::success();
}

// Symbols move between modules, so those of all that changed or went away are
// looked at together.
Error Naming::matchChanged(const Look &L, OtherNames &Names) const {
  StringSet<> Taken;
  for (const auto &Entry : Names)
    Taken.insert(Entry.second);
  ModuleSymbols Old, New;
  auto AddOld = [&](const ModuleSymbols &Running) {
    for (NamedSymbol &S : ofKind(Running, false))
      if (!Taken.contains(S.Name))
        Old.push_back(std::move(S));
  };
  StringSet<> Gone = refused();
  for (const auto &[Module, Symbols] : Found.Names)
    Gone.insert(Module);
  for (const auto &[Module, Record] : Found.Known)
    if (stampOf(Record.sourcePath()))
      Gone.erase(Module);
    else if (isNumbered(Record))
      Gone.insert(Module);
  for (const auto &Entry : Gone)
    AddOld(inProgram(Entry.first().str()));
  for (auto [Record, Source, Running] : zip(L.Modules, L.Sources, L.Running))
    if (L.Changed.contains(Record->Module)) {
      AddOld(Running);
      append_range(New, ofKind(*Source, false));
    }
  Expected<OtherNames> Matched = matchSymbols(Old, New);
  if (!Matched)
    return Matched.takeError();
  for (const auto &Entry : *Matched)
    Names[Entry.first()] = Entry.second;
  return Error::success();
}

Error Naming::writeFile(const CompileRecord &Record,
                        const ModuleSymbols &Source,
                        const ModuleSymbols &Running, OtherNames Names,
                        const std::string &File) {
  Expected<OtherNames> Own =
      matchSymbols(ofKind(Running, true), ofKind(Source, true));
  if (!Own)
    return Own.takeError();
  for (const auto &Entry : *Own)
    Names[Entry.first()] = Entry.second;
  bool IsNewModule = !Found.Names.count(Record.Module);
  std::string Text = IsNewModule ? "n\n" : "";
  for (const auto &Entry : Names)
    if (Entry.first() != Entry.second)
      Text += ("r " + Entry.first() + " " + Entry.second + "\n").str();
  // A later edit of a module that is new: its top-level code has run.
  if (IsNewModule && !Running.empty()) {
    StringSet<> Had;
    for (const NamedSymbol &S : Running)
      Had.insert(S.Name);
    for (const NamedSymbol &S : Source)
      if (std::string Name = Names.lookup(S.Name);
          !S.IsFunction && !Had.contains(Name))
        Text += "v " + Name + "\n";
  }
  Files[Record.Module] = File;
  return replaceFile(File, Text);
}

Expected<Naming::Records> Naming::prepare(const Records &Changed,
                                          const std::string &Directory,
                                          unsigned Jobs) {
  Files.clear();
  Look L;
  for (const CompileRecord *Record : Changed)
    if (isNumbered(*Record))
      L.Changed.insert(Record->Module);
  if (L.Changed.empty())
    return Changed;
  // Modules without an image are as the executable has them.
  for (const auto &[Module, Record] : Found.Known)
    if (L.Changed.contains(Module) ||
        (isNumbered(Record) && Notes.imageOf(Module) != 0 &&
         stampOf(Record.sourcePath())))
      L.Modules.push_back(&Record);
  L.Sources.resize(L.Modules.size());
  L.Running.resize(L.Modules.size());
  auto File = [&](size_t I) { return Directory + "/" + std::to_string(I); };
  forEachParallel(L.Modules.size(), Jobs, [&](size_t I) {
    L.Sources[I] = inSource(*L.Modules[I], File(I) + ".seen");
    L.Running[I] = inProgram(L.Modules[I]->Module);
  });
  Records Unclear;
  for (auto [Record, Source] : zip(L.Modules, L.Sources))
    if (!Source)
      Unclear.push_back(Record);
  if (!Unclear.empty())
    return Unclear;
  OtherNames Names;
  if (Error E = bindUnchanged(L, Names))
    return std::move(E);
  if (Error E = matchChanged(L, Names))
    return std::move(E);
  for (size_t I = 0; I != L.Modules.size(); ++I)
    if (L.Changed.contains(L.Modules[I]->Module))
      if (Error E = writeFile(*L.Modules[I], *L.Sources[I], L.Running[I], Names,
                              File(I) + ".names"))
        return std::move(E);
  return Changed;
}

} // namespace hcr
