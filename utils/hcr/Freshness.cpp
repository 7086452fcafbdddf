// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Freshness.h"
#include "../../pass/NamesFormat.h"
#include "Process.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;

namespace hcr {

static uint64_t commandHash(const CompileRecord &Record) {
  return xxHash64(Record.text());
}

//===-- The files ---------------------------------------------------------===//

std::optional<FileStamp> Freshness::stampNow(const std::string &Path) {
  auto [I, IsNew] = Stamps.try_emplace(Path);
  if (IsNew)
    I->second = stampOf(Path);
  return I->second;
}

// Put in its place after the program was made, whatever time it bears: a copy
// that kept its old one, or a clock that was put back since it was made.
bool Freshness::cameAfterProgram(const std::string &Path) {
  auto [I, IsNew] = Later.try_emplace(Path);
  int64_t Touched = 0;
  if (IsNew)
    I->second = stampOf(Path, &Touched) && Touched > P.Touched;
  return I->second;
}

// Of what a compiler makes code of.
static std::optional<uint64_t> contentHash(const std::string &Path) {
  if (!isGeneratedByNim(Path))
    return hashOf(Path);
  Expected<std::string> Text = readFile(Path);
  if (!Text) {
    consumeError(Text.takeError());
    return std::nullopt;
  }
  return xxHash64(withoutFirstComments(*Text));
}

// Time and size first; a file that was only touched is known by its content.
bool Freshness::isSame(const SeenFile &File) {
  std::optional<FileStamp> Now = stampNow(File.Path);
  if (!Now || (Now->Size != File.Stamp.Size && !isGeneratedByNim(File.Path)))
    return false;
  if (*Now == File.Stamp)
    return true;
  auto [I, IsNew] = Hashes.try_emplace(File.Path);
  if (IsNew)
    I->second = contentHash(File.Path);
  return I->second == File.Hash;
}

bool Freshness::areSame(const ModuleState &Old) {
  return all_of(Old.Files,
                [&](unsigned File) { return isSame(Known.file(File)); });
}

// The file as it is now, if it has surely been so since Before. File times
// move with the kernel's tick, so "not older than Before" counts as changed;
// such a file gets the time 0, which no later look takes for unchanged. So does
// one that is not what it was when this build began: a clock that was put back
// says nothing, but an edit hardly ever leaves size and time as they were.
std::optional<SeenFile> Freshness::see(const std::string &Path,
                                       int64_t Before) {
  int64_t Touched;
  std::optional<FileStamp> Stamp = stampOf(Path, &Touched);
  if (!Stamp)
    return std::nullopt;
  auto Old = Stamps.find(Path);
  if (Touched >= Before || (Old != Stamps.end() && Old->second != Stamp))
    return SeenFile{Path, {Stamp->Size, 0}, 0};
  std::optional<uint64_t> Hash;
  auto I = Hashes.find(Path);
  if (I != Hashes.end() && Old != Stamps.end() && Old->second == Stamp)
    Hash = I->second;
  else
    Hash = contentHash(Path);
  if (!Hash)
    return std::nullopt;
  Stamps[Path] = Stamp;
  Hashes[Path] = Hash;
  return SeenFile{Path, *Stamp, *Hash};
}

//===-- What is known of a module -----------------------------------------===//

void Freshness::introduce(const CompileRecord &Record) {
  Index.addSource(Record.Module, Record.sourcePath());
  const ModuleState *Old = Known.find(Record.Module);
  if (!Old) {
    Unknown.insert(Record.Module);
    return;
  }
  for (unsigned File : Old->Files)
    Index.addFile(Record.Module, Known.file(File).Path);
}

void Freshness::begin(const std::map<std::string, CompileRecord> &Modules) {
  lookAgain();
  if (!Known.load(P.file("build/state")))
    return;
  Index.clear();
  Unknown.clear();
  for (const auto &[Name, Record] : Modules)
    introduce(Record);
}

void Freshness::set(const CompileRecord &Record, ModuleState New) {
  StringSet<> Before;
  if (const ModuleState *Old = Known.find(Record.Module))
    for (unsigned File : Old->Files)
      Before.insert(Known.file(File).Path);
  for (unsigned File : New.Files)
    if (StringRef Path = Known.file(File).Path; !Before.contains(Path))
      Index.addFile(Record.Module, Path);
  Unknown.erase(Record.Module);
  Known.set(Record.Module, std::move(New));
}

void Freshness::forget(StringRef Module) {
  Unknown.insert(Module);
  Known.forget(Module);
}

uint64_t Freshness::imageOf(StringRef Module) const {
  const ModuleState *Old = Known.find(Module);
  return Old && Old->Program == P.Id ? Old->Image : 0;
}

Freshness::Verdict Freshness::judge(const CompileRecord &Record) {
  const ModuleState *Old = Known.find(Record.Module);
  std::optional<FileStamp> SourceNow = stampNow(Record.sourcePath());
  if (!SourceNow) // vanished under our eyes, or never there (generated)?
    return Old ? Verdict::Gone : Verdict::NoSource;
  if (Old && Old->Program == P.Id)
    return Old->Command == commandHash(Record) && areSame(*Old)
               ? Verdict::Current
               : Verdict::Changed;
  if (SourceNow->Time > P.Stamp.Time)
    return Verdict::Changed;
  if (!Old || Old->Command != commandHash(Record))
    return Verdict::NeedsScan;
  // The program was linked again since this was noted.
  for (unsigned File : Old->Files) {
    std::optional<FileStamp> Now = stampNow(Known.file(File).Path);
    if (Now && Now->Time > P.Stamp.Time)
      return Verdict::Changed;
  }
  return areSame(*Old) ? Verdict::Current : Verdict::NeedsScan;
}

void Freshness::refresh(const CompileRecord &Record) {
  const ModuleState *Old = Known.find(Record.Module);
  if (!Old)
    return;
  ModuleState New = *Old;
  New.Program = P.Id;
  if (Old->Program != P.Id)
    New.Image = 0;
  for (unsigned &Number : New.Files) {
    SeenFile File = Known.file(Number);
    if (std::optional<FileStamp> Now = stampNow(File.Path))
      File.Stamp = *Now;
    Number = Known.addFile(File);
  }
  if (New.Files != Old->Files || New.Program != Old->Program)
    set(Record, std::move(New));
}

static std::vector<std::string> dependenciesOf(const CompileRecord &Record,
                                               DependencyScanner &Scanner) {
  std::vector<std::string> Files;
  if (auto Scanned = Scanner.scan(Record))
    Files = std::move(*Scanned);
  else // does not preprocess: the compiler will say why when it is built
    consumeError(Scanned.takeError());
  if (Files.empty())
    Files = {Record.sourcePath()};
  return Files;
}

std::vector<const CompileRecord *>
Freshness::scan(ArrayRef<const CompileRecord *> Unknown) {
  std::vector<const CompileRecord *> Changed;
  if (Unknown.empty())
    return Changed;
  DependencyScanner Scanner;
  std::vector<std::vector<std::string>> Files(Unknown.size());
  forEachParallel(Unknown.size(), Jobs, [&](size_t I) {
    Files[I] = dependenciesOf(*Unknown[I], Scanner);
  });
  int64_t Now = fileClock() + 1;
  for (size_t I = 0; I != Unknown.size(); ++I) {
    ModuleState New;
    New.Program = P.Id;
    New.Command = commandHash(*Unknown[I]);
    bool Newer = false;
    for (const std::string &Path : Files[I]) {
      std::optional<SeenFile> File = see(Path, Now);
      if (!File)
        continue;
      Newer |= File->Stamp.Time > P.Stamp.Time || File->Stamp.Time == 0 ||
               cameAfterProgram(Path);
      if (!Newer)
        New.Files.push_back(Known.addFile(*File));
    }
    if (Newer)
      Changed.push_back(Unknown[I]);
    else
      set(*Unknown[I], std::move(New));
  }
  return Changed;
}

void Freshness::lookInto(ArrayRef<const CompileRecord *> Failed) {
  if (Failed.empty())
    return;
  DependencyScanner Scanner;
  std::vector<std::vector<std::string>> Files(Failed.size());
  forEachParallel(Failed.size(), Jobs, [&](size_t I) {
    Files[I] = dependenciesOf(*Failed[I], Scanner);
  });
  for (size_t I = 0; I != Failed.size(); ++I)
    for (const std::string &Path : Files[I])
      if (Index.modulesWith(Path).empty())
        Index.addFile(Failed[I]->Module, Path);
}

void Freshness::remember(const CompileRecord &Record,
                         std::vector<std::string> Files, int64_t Started,
                         uint64_t Image) {
  ModuleState New;
  New.Program = P.Id;
  New.Command = commandHash(Record);
  New.Image = Image;
  if (Files.empty())
    Files = {Record.sourcePath()};
  for (const std::string &Path : Files)
    if (std::optional<SeenFile> File = see(Path, Started))
      New.Files.push_back(Known.addFile(*File));
  set(Record, std::move(New));
}

} // namespace hcr
