// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Builder.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>
#include <unistd.h>

using namespace llvm;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace hcr {

static BuildOptions withJobs(BuildOptions Options) {
  if (Options.Jobs == 0)
    Options.Jobs = processorCount();
  return Options;
}

Builder::Builder(const Program &P, Modules Found, BuildOptions Given,
                 const Report &Out)
    : P(P), Found(std::move(Found)), Options(withJobs(std::move(Given))),
      Out(Out), Notes(this->P, Options.Jobs),
      Compiler(this->P, Options, Out, Tree),
      Names(this->P, this->Found, Notes, Compiler),
      Images(this->P, Notes, Tree) {}

//===-- Before a build ----------------------------------------------------===//

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
    const ModuleState *Old = Notes.find(Module);
    if (Old && Old->Program == P.Id && !Entry.Gone) {
      Kept.push_back(Entry);
      continue;
    }
    Dropped = true;
    if (!Old || Old->Program == P.Id)
      continue;
    fs::remove(P.image(Module));
    if (!Found.Known.count(Module) || Entry.Gone)
      Notes.forget(Module);
  }
  return Dropped ? rewriteJournal(P, Kept) : Error::success();
}

Error Builder::begin() {
  Notes.begin(Found.Known);
  if (Error E = Tree.load(P))
    return E;
  removeLeftovers();
  if (Error E = Compiler.prepare(Found.Libraries))
    return E;
  if (!Options.Everything)
    if (Error E = dropStaleImages())
      return E;
  Temporary = P.file("build/tmp." + Twine(getpid()));
  return makeDirectory(Temporary);
}

//===-- Which modules to look at ------------------------------------------===//

static std::string realPath(StringRef Path) {
  SmallString<256> Real;
  return fs::real_path(Path, Real) ? Path.str() : std::string(Real);
}

using Records = std::vector<const CompileRecord *>;

Records Builder::all() const {
  Records Result;
  for (const auto &[Name, Record] : Found.Known)
    Result.push_back(&Record);
  return Result;
}

Records Builder::containing(ArrayRef<std::string> Files) const {
  StringSet<> Names;
  for (const std::string &File : Files)
    for (unsigned Module : Notes.index().modulesWith(File))
      Names.insert(Notes.index().nameOf(Module));
  // Without a history a module may contain anything: look.
  for (const StringSet<> *More : {&Pending, &Notes.unknown()})
    for (const auto &Entry : *More)
      Names.insert(Entry.first());
  Records Result;
  for (const auto &Entry : Names)
    if (auto I = Found.Known.find(Entry.first().str()); I != Found.Known.end())
      Result.push_back(&I->second);
  llvm::sort(Result, [](const CompileRecord *A, const CompileRecord *B) {
    return A->Module < B->Module;
  });
  return Result;
}

// A file has many names, a person may use any of them.
std::vector<std::string>
Builder::knownNames(ArrayRef<std::string> Files) const {
  StringSet<> Wanted;
  for (const std::string &File : Files) {
    Wanted.insert(File);
    Wanted.insert(realPath(File));
  }
  std::vector<std::string> Result;
  for (const std::string &Known : Notes.index().files())
    if (Wanted.contains(Known) || Wanted.contains(realPath(Known)))
      Result.push_back(Known);
  return Result;
}

// Sorts the modules to build into Changed and those to give up into Gone.
Records Builder::judge(const Records &Scope, std::vector<std::string> &Gone) {
  using Verdict = Freshness::Verdict;
  Records Changed, Unknown;
  for (const CompileRecord *Record : Scope) {
    const std::string &Name = Record->Module;
    bool Always = Options.Everything ||
                  (Adopted.contains(Name) && !Notes.find(Name)) ||
                  Names.isRefused(Name) ||
                  (Needed.contains(Name) && !fs::exists(P.image(Name)));
    switch (Always && Notes.hasSource(*Record) ? Verdict::Changed
                                               : Notes.judge(*Record)) {
    case Verdict::Current:
      Notes.refresh(*Record);
      break;
    case Verdict::Changed:
      Changed.push_back(Record);
      break;
    case Verdict::NeedsScan:
      Unknown.push_back(Record);
      break;
    case Verdict::Gone:
      Gone.push_back(Record->Module);
      break;
    case Verdict::NoSource:
      if (ToldAbout.insert(Record->Module).second)
        Out.warning("source of module '" + Record->Module +
                    "' is not there: " + Record->sourcePath());
      break;
    }
  }
  for (const CompileRecord *Record : Notes.scan(Unknown))
    Changed.push_back(Record);
  return Changed;
}

//===-- One build ---------------------------------------------------------===//

Expected<BuildResult> Builder::build() {
  return buildThese([this] { return all(); });
}

Expected<BuildResult> Builder::buildModules(StringSet<> Names) {
  Needed = std::move(Names);
  auto Forget = make_scope_exit([this] { Needed.clear(); });
  return buildThese([this] {
    Records Result;
    for (const auto &[Name, Record] : Found.Known)
      if (Needed.contains(Name))
        Result.push_back(&Record);
    return Result;
  });
}

Expected<BuildResult> Builder::buildNamed(ArrayRef<std::string> Files) {
  return buildThese([&] { return containing(knownNames(Files)); });
}

Expected<BuildResult> Builder::buildChanged(ArrayRef<std::string> Files) {
  return buildThese([&] { return containing(Files); });
}

Expected<BuildResult> Builder::buildThese(function_ref<Records()> Scope) {
  Stopwatch Watch;
  // Whoever tells us what changed does not say it again if we fail.
  bool Missed = std::exchange(LookAtAll, true);
  if (Error E = makeDirectory(P.file("build")))
    return std::move(E);
  BuildLock Lock;
  if (Error E = Lock.take(P, Out))
    return std::move(E);
  if (Error E = begin())
    return std::move(E);
  auto Clean = make_scope_exit([&] { fs::remove_directories(Temporary); });

  BuildResult Result;
  Expected<std::vector<ImageJob>> Jobs =
      compile([&] { return Missed ? all() : Scope(); }, Result);
  if (!Jobs)
    return Jobs.takeError();
  for (const ImageJob &Job : *Jobs) {
    Result.Compile = std::max(Result.Compile, Job.Compile);
    Result.Link = std::max(Result.Link, Job.Link);
    Result.Failed |= !Job.Good;
  }
  if (Error E = Result.Failed ? giveUp(*Jobs, Result) : finish(*Jobs, Result))
    return std::move(E);
  Result.Total = Watch.milliseconds();
  return Result;
}

// An editor that removes a file before it writes the new one takes no longer.
static void waitForSources(ArrayRef<ImageJob> Jobs) {
  constexpr auto Step = std::chrono::milliseconds(10);
  auto IsMissing = [](const ImageJob &Job) {
    return !fs::exists(Job.Record->sourcePath());
  };
  for (int Waited = 0; Waited != 25 && any_of(Jobs, IsMissing); ++Waited)
    std::this_thread::sleep_for(Step);
}

// A source that is removed while its compiler starts is not an error, and one
// that is written to while it is read may be compiled by halves: what there is
// to build is judged again. Not for ever: who writes all the time gets what is
// there.
Expected<std::vector<ImageJob>> Builder::compile(function_ref<Records()> Scope,
                                                 BuildResult &Result) {
  constexpr int MostTries = 3;
  for (int Tries = 1;; ++Tries) {
    Result.Gone.clear();
    Records Changed = judge(Scope(), Result.Gone);
    LookAtAll = false;
    // Until it is done, whatever becomes of this build.
    for (const CompileRecord *Record : Changed)
      Pending.insert(Record->Module);
    for (const std::string &Name : Result.Gone)
      Pending.insert(Name);
    Expected<Records> Ready =
        Options.Everything // `hcr stress`: nothing changed
            ? Changed
            : Names.prepare(Changed, Temporary, Options.Jobs);
    if (!Ready)
      return Ready.takeError();
    bool IsLast = Tries >= MostTries;
    Expected<std::vector<ImageJob>> Jobs = Compiler.run(
        *Ready, Temporary,
        [this](StringRef Module) { return Names.fileFor(Module); }, IsLast);
    if (!Jobs || isStopping())
      return Jobs;
    bool HasVanished =
        any_of(*Jobs, [](const ImageJob &Job) { return Job.Vanished; });
    bool IsOutdated =
        any_of(*Jobs, [](const ImageJob &Job) { return Job.Outdated; });
    bool IsMended = Ready->size() != Changed.size() &&
                    all_of(*Jobs, [](const ImageJob &Job) { return Job.Good; });
    if (IsMended && IsLast)
      return failure("module '" + Jobs->front().Record->Module +
                     "' is written to all the time; save it again");
    if (!HasVanished && !IsMended && (!IsOutdated || IsLast))
      return Jobs;
    if (HasVanished)
      waitForSources(*Jobs);
    Notes.lookAgain();
  }
}

Error Builder::giveUp(ArrayRef<ImageJob> Jobs, BuildResult &Result) {
  Records Bad;
  for (const ImageJob &Job : Jobs)
    if (!Job.Good)
      Bad.push_back(Job.Record);
  Result.Gone.clear();
  if (!isStopping())
    Notes.lookInto(Bad);
  return Notes.save();
}

void Builder::wereTaken(bool Taken) {
  if (Taken)
    Names.wereTaken();
  else
    for (const auto &Entry : Names.refused())
      Pending.insert(Entry.first());
}

Error Builder::finish(ArrayRef<ImageJob> Jobs, BuildResult &Result) {
  std::vector<std::string> Replaced = Result.Gone;
  for (const ImageJob &Job : Jobs)
    Replaced.push_back(Job.Record->Module);
  Names.keep(Replaced);
  Expected<Published> Done = Images.publish(Jobs, Result.Gone);
  if (!Done)
    return Done.takeError();
  Result.Built = std::move(Done->Built);
  Result.Same = std::move(Done->Same);
  for (const ImageJob &Job : Jobs) {
    if (Adopted.erase(Job.Record->Module))
      Result.Added.push_back(Job.Record->Module);
    Pending.erase(Job.Record->Module);
  }
  for (const std::string &Name : Result.Gone) {
    Pending.erase(Name);
    Adopted.erase(Name);
    Found.Known.erase(Name);
  }
  return Error::success();
}

//===-- New sources -------------------------------------------------------===//

bool Builder::isInProgram(StringRef File) const {
  return any_of(Notes.index().modulesWith(File), [&](unsigned Module) {
    return Found.Known.count(Notes.index().nameOf(Module).str()) != 0;
  });
}

std::vector<std::string> Builder::sources() const {
  std::vector<std::string> Result;
  for (const auto &[Name, Record] : Found.Known)
    Result.push_back(Record.sourcePath());
  return Result;
}

bool Builder::adopt(const std::string &Given) {
  SmallString<256> Path(Given);
  fs::make_absolute(Path);
  path::remove_dots(Path, /*remove_dot_dot=*/true);
  std::string Real = realPath(Path);
  StringMap<std::string> Directories; // a module's and its real one
  auto RealSource = [&](const CompileRecord &Record) {
    std::string Source = Record.sourcePath();
    if (fs::is_symlink_file(Source))
      return realPath(Source);
    auto [I, IsNew] = Directories.try_emplace(path::parent_path(Source));
    if (IsNew)
      I->second = realPath(I->first());
    return I->second + "/" + path::filename(Source).str();
  };
  const CompileRecord *Neighbour = nullptr;
  size_t Shared = 0;
  for (const auto &[Name, Record] : Found.Known) {
    std::string Source = RealSource(Record);
    if (Source == Real || Source == Path)
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
  auto [I, IsNew] = Found.Known.emplace(Record->Module, *Record);
  if (IsNew)
    Notes.introduce(I->second);
  return true;
}

} // namespace hcr
