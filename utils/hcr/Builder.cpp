// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Builder.h"
#include "../common/ClangArguments.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

using namespace llvm;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace hcr {

Builder::Builder(const Program &P, Modules Found, BuildOptions Options,
                 const Report &Out)
    : P(P), Found(std::move(Found)), Options(std::move(Options)), Out(Out) {
  if (this->Options.Jobs == 0)
    this->Options.Jobs = processorCount();
}

static uint64_t commandHash(const CompileRecord &Record) {
  return xxHash64(Record.text());
}

//===-- What has changed --------------------------------------------------===//

std::optional<FileStamp> Builder::stampNow(const std::string &Path) {
  auto [I, IsNew] = Stamps.try_emplace(Path);
  if (IsNew)
    I->second = stampOf(Path);
  return I->second;
}

// Time and size first; a file that was only touched is known by its content.
bool Builder::isSame(const SeenFile &File) {
  std::optional<FileStamp> Now = stampNow(File.Path);
  if (!Now || Now->Size != File.Stamp.Size)
    return false;
  if (*Now == File.Stamp)
    return true;
  auto [I, IsNew] = Hashes.try_emplace(File.Path);
  if (IsNew)
    I->second = hashOf(File.Path);
  return I->second == File.Hash;
}

// The file as it is now, if it has surely been so since Before. File times
// move with the kernel's tick, so "not older than Before" counts as changed;
// such a file gets the time 0, which no later look takes for unchanged.
std::optional<SeenFile> Builder::see(const std::string &Path, int64_t Before) {
  std::optional<FileStamp> Stamp = stampOf(Path);
  if (!Stamp)
    return std::nullopt;
  if (Stamp->Time >= Before)
    return SeenFile{Path, {Stamp->Size, 0}, 0};
  std::optional<uint64_t> Hash;
  auto I = Hashes.find(Path);
  auto Old = Stamps.find(Path);
  if (I != Hashes.end() && Old != Stamps.end() && Old->second == Stamp)
    Hash = I->second;
  else
    Hash = hashOf(Path);
  if (!Hash)
    return std::nullopt;
  Stamps[Path] = Stamp;
  Hashes[Path] = Hash;
  return SeenFile{Path, *Stamp, *Hash};
}

Builder::Verdict Builder::judge(const CompileRecord &Record) {
  const ModuleState *Old = Known.find(Record.Module);
  std::string Source = Record.sourcePath();
  std::optional<FileStamp> SourceNow = stampNow(Source);
  if (!SourceNow) // vanished under our eyes, or never there (generated)?
    return Old ? Verdict::Gone : Verdict::NoSource;
  if (Options.Everything || (!Old && Adopted.contains(Record.Module)))
    return Verdict::Changed;
  if (Old && Old->Program == P.Id) {
    if (Old->Command != commandHash(Record))
      return Verdict::Changed;
    return all_of(Old->Files,
                  [&](unsigned File) { return isSame(Known.file(File)); })
               ? Verdict::Current
               : Verdict::Changed;
  }
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
  return all_of(Old->Files,
                [&](unsigned File) { return isSame(Known.file(File)); })
             ? Verdict::Current
             : Verdict::NeedsScan;
}

// Notes new times of files that were only touched, and the program's new id.
void Builder::refresh(const CompileRecord &Record, const ModuleState &Old) {
  ModuleState New = Old;
  New.Program = P.Id;
  if (Old.Program != P.Id)
    New.Image = 0;
  for (unsigned &Number : New.Files) {
    SeenFile File = Known.file(Number);
    if (std::optional<FileStamp> Now = stampNow(File.Path))
      File.Stamp = *Now;
    Number = Known.addFile(File);
  }
  if (New.Files != Old.Files || New.Program != Old.Program)
    Known.set(Record.Module, std::move(New));
}

// Notes what modules without a history are made of. Returns those that have a
// file newer than the program: they changed after it was linked.
std::vector<const CompileRecord *>
Builder::scanModules(ArrayRef<const CompileRecord *> Unknown) {
  std::vector<const CompileRecord *> Changed;
  if (Unknown.empty())
    return Changed;
  if (!Scanner)
    Scanner = std::make_unique<DependencyScanner>();
  std::vector<std::vector<std::string>> Files(Unknown.size());
  forEachParallel(Unknown.size(), Options.Jobs, [&](size_t I) {
    if (auto Scanned = Scanner->scan(*Unknown[I]))
      Files[I] = std::move(*Scanned);
    else // does not preprocess: the compiler will say why when it is built
      consumeError(Scanned.takeError());
    if (Files[I].empty())
      Files[I] = {Unknown[I]->sourcePath()};
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
      Newer |= File->Stamp.Time > P.Stamp.Time || File->Stamp.Time == 0;
      if (!Newer)
        New.Files.push_back(Known.addFile(*File));
    }
    if (Newer)
      Changed.push_back(Unknown[I]);
    else
      Known.set(Unknown[I]->Module, std::move(New));
  }
  return Changed;
}

static std::string realPath(StringRef Path) {
  SmallString<256> Real;
  return fs::real_path(Path, Real) ? Path.str() : std::string(Real);
}

std::vector<const CompileRecord *> Builder::inScope(ArrayRef<std::string> Files,
                                                    bool Restrict) {
  std::vector<const CompileRecord *> Result;
  if (!Restrict) {
    for (const auto &[Name, Record] : Found.Known)
      Result.push_back(&Record);
    return Result;
  }
  StringSet<> Wanted;
  for (const std::string &File : Files) {
    Wanted.insert(File);
    Wanted.insert(realPath(File));
  }
  auto IsWanted = [&](const std::string &Path) {
    return Wanted.contains(Path) || Wanted.contains(realPath(Path));
  };
  DenseMap<unsigned, bool> Answers; // a header is asked about once
  for (const auto &[Name, Record] : Found.Known) {
    const ModuleState *Old = Known.find(Name);
    bool Hit = Pending.contains(Name) || IsWanted(Record.sourcePath());
    if (Old && !Hit)
      Hit = any_of(Old->Files, [&](unsigned File) {
        auto [I, IsNew] = Answers.try_emplace(File, false);
        if (IsNew)
          I->second = IsWanted(Known.file(File).Path);
        return I->second;
      });
    // Without a history it may contain anything: look.
    if (Hit || !Old)
      Result.push_back(&Record);
  }
  return Result;
}

//===-- One build ---------------------------------------------------------===//

// Directories of builders that were killed.
void Builder::removeLeftovers() {
  std::error_code Code;
  std::vector<std::string> Old;
  for (fs::directory_iterator I(P.file("build"), Code), End; !Code && I != End;
       I.increment(Code)) {
    StringRef Name = path::filename(I->path());
    pid_t Owner;
    size_t At = Name.rfind(".tmp.");
    if (Name.consume_front("tmp."))
      ;
    else if (At != StringRef::npos)
      Name = Name.drop_front(At + 5);
    else
      continue;
    if (Name.getAsInteger(10, Owner) || Owner == getpid() ||
        (kill(Owner, 0) != 0 && errno == ESRCH))
      Old.push_back(I->path());
  }
  for (const std::string &Path : Old)
    fs::remove_directories(Path, /*IgnoreErrors=*/true), fs::remove(Path);
}

// After a new link of the program its older images are history: the runtime
// ignores them, and nobody runs the program. The journal starts anew.
Error Builder::dropStaleImages() {
  if (!Tree.empty() || !P.liveProcesses().empty())
    return Error::success();
  std::vector<JournalEntry> Kept;
  bool Dropped = false;
  for (const auto &[Module, Entry] : readJournal(P)) {
    const ModuleState *Old = Known.find(Module);
    if (Old && Old->Program == P.Id && !Entry.Gone) {
      Kept.push_back(Entry);
      continue;
    }
    Dropped = true;
    if (!Old || Old->Program == P.Id)
      continue;
    fs::remove(P.image(Module));
    if (!Found.Known.count(Module) || Entry.Gone)
      Known.forget(Module);
  }
  return Dropped ? rewriteJournal(P, Kept) : Error::success();
}

Error Builder::begin() {
  Stamps.clear();
  Hashes.clear();
  Known.load(P.file("build/state"));
  Tree.load(P);
  removeLeftovers();
  if (!Linker) {
    Expected<ImageLinker> L = ImageLinker::find(Options.Linker);
    if (!L)
      return L.takeError();
    Linker.emplace(std::move(*L));
    Linker->useCache(P.file("build/builtins"));
  }
  if (!Options.Everything)
    if (Error E = dropStaleImages())
      return E;
  Temporary = P.file("build/tmp." + Twine(getpid()));
  return makeDirectory(Temporary);
}

Command Builder::compileCommand(const CompileRecord &Record,
                                const Job &J) const {
  std::string Plugin = ownLibraryDirectory() + "/libHcrPass.so";
  Command Words = {Record.Compiler, "-fplugin=" + Plugin,
                   "-fpass-plugin=" + Plugin};
  auto Pass = [&](StringRef Option, const Twine &Value) {
    Words.insert(Words.end(), {"-Xclang", "-mllvm", "-Xclang",
                               (Option + "=" + Value).str()});
  };
  Pass("-hcr-binding", "module");
  Words.insert(Words.end(), {"-Xclang", "-mllvm", "-Xclang", "-hcr-image"});
  Pass("-hcr-module", Record.Module);
  Pass("-hcr-root", Record.Root);
  Pass("-hcr-program", formatv("{0:x-}", P.Id).str());
  Pass("-hcr-record", Record.text());
  std::vector<std::string> Arguments = imageArguments(Record.Arguments);
  // They may end with `-x LANGUAGE`, which is meant for the source.
  Words.insert(Words.end(), Arguments.begin(), Arguments.end());
  Words.insert(Words.end(), Options.ExtraArguments.begin(),
               Options.ExtraArguments.end());
  if (isatty(STDERR_FILENO) && !Out.isJson())
    Words.push_back("-fcolor-diagnostics");
  Words.insert(Words.end(), {"-fPIC", "-c", "-o", J.Object, "-MD", "-MF",
                             J.Dependencies, "-MT", "image", Record.Source});
  return Words;
}

// Returns false after printing what the tool said.
bool Builder::runStep(Command Words, const CompileRecord &Record,
                      const std::string &Directory, double &Milliseconds) {
  if (Options.Verbose) {
    std::lock_guard Guard(Mutex);
    std::string Text = shellQuoted(Words);
    Out.event(Text, json::Object{{"event", "command"}, {"command", Text}});
  }
  Expected<Finished> Result = runCaptured(Words, Directory, Options.OwnGroup);
  std::lock_guard Guard(Mutex);
  if (!Result) {
    Out.error(Result.takeError());
    return false;
  }
  Milliseconds = Result->Milliseconds;
  Out.compiler(Record.Module, Result->Output);
  return Result->Code == 0;
}

Error Builder::importsObject(Job &J) {
  Expected<ObjectSymbols> Symbols = readSymbols(J.Object);
  if (!Symbols)
    return Symbols.takeError();
  Expected<std::string> Triple = tripleOf(J.Object);
  if (!Triple)
    return Triple.takeError();
  std::vector<std::string> Imports;
  {
    std::lock_guard Guard(Mutex);
    Tree.set(J.Record->Module, std::move(*Symbols));
    Imports = Tree.importsOf(J.Record->Module);
  }
  J.Extra = J.Object + ".imports.o";
  return writeImportsObject(J.Extra, *Triple, Imports);
}

void Builder::runJob(Job &J, const std::string &Script) {
  J.Started = fileClock();
  if (!runStep(compileCommand(*J.Record, J), *J.Record, J.Record->Directory,
               J.Compile))
    return;
  if (!Tree.empty())
    if (Error E = importsObject(J)) {
      std::lock_guard Guard(Mutex);
      Out.error(std::move(E));
      return;
    }
  Command Link;
  {
    std::lock_guard Guard(Mutex); // it may ask the compiler something once
    Link = Linker->command(*J.Record, J.Object, J.Extra, Script, J.Image);
  }
  if (!runStep(std::move(Link), *J.Record, Temporary, J.Link))
    return;
  std::optional<uint64_t> Hash = hashOf(J.Image);
  std::optional<FileStamp> Stamp = stampOf(J.Image);
  J.Good = Hash && Stamp;
  J.Hash = Hash.value_or(0);
  J.Size = Stamp.value_or(FileStamp()).Size;
}

// Remembers what the image was made of.
void Builder::remember(const Job &J) {
  ModuleState New;
  New.Program = P.Id;
  New.Command = commandHash(*J.Record);
  New.Image = J.Hash;
  std::vector<std::string> Files;
  if (Expected<std::string> Rule = readFile(J.Dependencies))
    Files = filesInRule(*Rule, J.Record->Directory);
  else
    consumeError(Rule.takeError());
  if (Files.empty())
    Files = {J.Record->sourcePath()};
  for (const std::string &Path : Files)
    if (std::optional<SeenFile> File = see(Path, J.Started))
      New.Files.push_back(Known.addFile(*File));
  Known.set(J.Record->Module, std::move(New));
}

// The journal line follows the rename. On a full disk it could not be
// written any more and image and journal would disagree, so its space is
// taken before anything is touched.
Error Builder::reserveJournal(size_t Bytes) {
  std::string Path = P.file("journal");
  Descriptor File(open(Path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
  if (!File)
    return systemFailure("cannot write '" + Path + "'", errno);
  off_t End = lseek(File.get(), 0, SEEK_END);
  if (fallocate(File.get(), FALLOC_FL_KEEP_SIZE, End, off_t(Bytes)) != 0 &&
      errno == ENOSPC)
    return systemFailure("cannot write '" + Path + "'", ENOSPC);
  return Error::success();
}

Error Builder::publish(std::vector<Job> &Jobs, BuildResult &Result) {
  std::vector<JournalEntry> Entries;
  std::map<std::string, JournalEntry> Journal;
  if (!Tree.empty())
    Journal = readJournal(P); // images that `hcr link` made
  size_t Bytes = 1;
  for (Job &J : Jobs) {
    const std::string &Name = J.Record->Module;
    const ModuleState *Old = Known.find(Name);
    uint64_t Current =
        Old && Old->Program == P.Id ? Old->Image : Journal[Name].Hash;
    bool Same = Current && Current == J.Hash && fs::exists(P.image(Name));
    (Same ? Result.Same : Result.Built).push_back(Name);
    if (Same)
      continue;
    Entries.push_back({Name, J.Size, J.Hash, false});
    Bytes += Name.size() + 64;
    if (Error E = makeDirectory(path::parent_path(P.image(Name)).str()))
      return E;
  }
  for (const std::string &Name : Result.Gone) {
    Entries.push_back({Name, 0, 0, true});
    Bytes += Name.size() + 8;
  }
  if (!Entries.empty())
    if (Error E = reserveJournal(Bytes))
      return E;
  StringSet<> New;
  for (const std::string &Name : Result.Built)
    New.insert(Name);
  for (Job &J : Jobs) {
    std::string Target = P.image(J.Record->Module);
    if (New.contains(J.Record->Module) &&
        rename(J.Image.c_str(), Target.c_str()) != 0)
      return systemFailure("cannot write '" + Target + "'", errno);
  }
  if (Error E = appendJournal(P, Entries))
    return E;
  for (Job &J : Jobs)
    remember(J);
  for (const std::string &Name : Result.Gone) {
    fs::remove(P.image(Name));
    Known.forget(Name);
    Tree.remove(Name);
  }
  if (!Tree.empty() && !Entries.empty())
    if (Error E = Tree.save(P))
      return E;
  return Known.save();
}

Expected<BuildResult> Builder::build(const std::vector<std::string> &Files,
                                     bool Restrict) {
  Stopwatch Watch;
  if (Error E = makeDirectory(P.file("build")))
    return std::move(E);
  BuildLock Lock;
  if (Error E = Lock.take(P, Out))
    return std::move(E);
  if (Error E = begin())
    return std::move(E);
  auto Clean = make_scope_exit([&] { fs::remove_directories(Temporary); });

  BuildResult Result;
  std::vector<const CompileRecord *> Changed, Unknown;
  for (const CompileRecord *Record : inScope(Files, Restrict)) {
    switch (judge(*Record)) {
    case Verdict::Current:
      if (const ModuleState *Old = Known.find(Record->Module))
        refresh(*Record, *Old);
      break;
    case Verdict::Changed:
      Changed.push_back(Record);
      break;
    case Verdict::NeedsScan:
      Unknown.push_back(Record);
      break;
    case Verdict::Gone:
      Result.Gone.push_back(Record->Module);
      break;
    case Verdict::NoSource:
      if (ToldAbout.insert(Record->Module).second)
        Out.warning("source of module '" + Record->Module +
                    "' is not there: " + Record->sourcePath());
      break;
    }
  }
  for (const CompileRecord *Record : scanModules(Unknown))
    Changed.push_back(Record);

  std::string Script = Temporary + "/image.map";
  if (!Changed.empty())
    if (Error E = replaceFile(Script, ImageLinker::versionScript()))
      return std::move(E);
  std::vector<Job> Jobs(Changed.size());
  for (size_t I = 0; I != Jobs.size(); ++I) {
    std::string Stem = Temporary + "/" + std::to_string(I);
    Jobs[I].Record = Changed[I];
    Jobs[I].Object = Stem + ".o";
    Jobs[I].Dependencies = Stem + ".d";
    Jobs[I].Image = Stem + ".so";
  }
  forEachParallel(Jobs.size(), Options.Jobs,
                  [&](size_t I) { runJob(Jobs[I], Script); });
  for (Job &J : Jobs) {
    Result.Compile = std::max(Result.Compile, J.Compile);
    Result.Link = std::max(Result.Link, J.Link);
    Result.Failed |= !J.Good;
  }
  if (Result.Failed) {
    for (Job &J : Jobs)
      Pending.insert(J.Record->Module);
    Result.Gone.clear();
    if (Error E = Known.save())
      return std::move(E);
  } else {
    for (Job &J : Jobs)
      if (Adopted.contains(J.Record->Module))
        Result.Added.push_back(J.Record->Module);
    if (Error E = publish(Jobs, Result))
      return std::move(E);
    for (const std::string &Name : Result.Gone)
      Found.Known.erase(Name);
    Adopted.clear();
    Pending.clear();
  }
  Result.Total = Watch.milliseconds();
  return Result;
}

//===-- What the watcher asks ---------------------------------------------===//

Error Builder::scan() {
  if (Error E = makeDirectory(P.file("build")))
    return E;
  BuildLock Lock;
  if (Error E = Lock.take(P, Out))
    return E;
  if (Error E = begin())
    return E;
  auto Clean = make_scope_exit([&] { fs::remove_directories(Temporary); });
  std::vector<const CompileRecord *> Unknown;
  for (const auto &[Name, Record] : Found.Known)
    if (!Known.find(Name) && stampNow(Record.sourcePath()))
      Unknown.push_back(&Record);
  scanModules(Unknown);
  return Known.save();
}

StringSet<> Builder::files() const {
  StringSet<> Result;
  for (const auto &[Name, Record] : Found.Known) {
    Result.insert(Record.sourcePath());
    if (const ModuleState *Module = Known.find(Name))
      for (unsigned File : Module->Files)
        Result.insert(Known.file(File).Path);
  }
  return Result;
}

StringSet<> Builder::sourceDirectories() const {
  StringSet<> Result;
  for (const auto &[Name, Record] : Found.Known)
    Result.insert(path::parent_path(Record.sourcePath()));
  return Result;
}

bool Builder::adopt(const std::string &Given) {
  SmallString<256> Path(Given);
  fs::make_absolute(Path);
  path::remove_dots(Path, /*remove_dot_dot=*/true);
  std::string Real = realPath(Path);
  const CompileRecord *Neighbour = nullptr;
  size_t Shared = 0;
  for (const auto &[Name, Record] : Found.Known) {
    std::string Source = realPath(Record.sourcePath());
    if (Source == Real)
      return true;
    if (path::extension(Source) != path::extension(Real))
      continue;
    // The neighbour is the one with the longest common directory.
    size_t Common = 0;
    for (size_t I = 0;
         I < std::min(Source.size(), Real.size()) && Source[I] == Real[I]; ++I)
      if (Source[I] == '/')
        Common = I + 1;
    if (!Neighbour || Common > Shared) {
      Neighbour = &Record;
      Shared = Common;
    }
  }
  std::optional<CompileRecord> Record =
      recordFromCommands(Found.CompileCommands, Path);
  if (!Record) {
    if (!Neighbour)
      return false;
    Record = *Neighbour;
    Record->Source = std::string(Path);
  }
  ModulePlace Place =
      placeModule(Path, Record->Directory, Neighbour ? Neighbour->Root : "");
  Record->Root = Place.Root;
  Record->Module = Place.Module;
  Adopted.insert(Record->Module);
  Found.Known.emplace(Record->Module, *Record);
  return true;
}

} // namespace hcr
