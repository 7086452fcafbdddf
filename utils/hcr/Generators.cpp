// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Generators.h"
#include "Watcher.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Regex.h"
#include <unistd.h>

using namespace llvm;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace hcr {

//===-- Which there are ---------------------------------------------------===//

namespace {
// The modules that lie in one nimcache.
struct Group {
  const GeneratorRecord *How = nullptr;
  int64_t Time = 0; // of the object with that record
  std::vector<std::string> Sources;
};
} // namespace

// Nim compiles only C files that changed, so objects of one program may tell
// of several commands: the newest object has the last one.
static std::map<std::string, Group> groupsOf(const Modules &Found) {
  std::map<std::string, Group> Groups;
  for (const auto &[Module, How] : Found.Generators) {
    auto Record = Found.Known.find(Module);
    if (Record == Found.Known.end())
      continue;
    std::string Source = Record->second.sourcePath();
    Group &G = Groups[path::parent_path(Source).str()];
    G.Sources.push_back(Source);
    std::optional<FileStamp> Object = stampOf(Source + ".o");
    int64_t Time = Object ? Object->Time : 0;
    if (!G.How || Time > G.Time) {
      G.How = &How;
      G.Time = Time;
    }
  }
  return Groups;
}

Generators::Generators(const Program &P, const Modules &Found,
                       const BuildOptions &Options, const Report &Out)
    : P(P), Options(Options), Out(Out) {
  for (auto &[Directory, G] : groupsOf(Found)) {
    NimProject Project(P, *G.How, Directory, G.Sources);
    if (Project.canRunAgain())
      Projects.push_back(std::move(Project));
    else
      Out.warning("do not know how to run '" + Project.commandLine() +
                  "' again, so edits of .nim files are not seen; compile the "
                  "program with nim c FILE");
  }
}

//===-- Files -------------------------------------------------------------===//

size_t Generators::fileCount() const { return Watched.size(); }

void Generators::watch(StringRef File) {
  if (!Watched.insert(File).second)
    return;
  Untold.Files.insert(File);
  Untold.SourceDirectories.insert(path::parent_path(File));
}

NewFiles Generators::newFiles() {
  for (const NimProject &Project : Projects)
    for (const std::string &File : Project.inputs())
      watch(File);
  return std::exchange(Untold, NewFiles());
}

// The error may be in a file that no good run has read yet.
void Generators::watchMentioned(StringRef Output) {
  Regex Place("(/[^(\x1b\n]+)\\([0-9]+, [0-9]+\\)");
  SmallVector<StringRef, 2> Found;
  while (Place.match(Output, &Found)) {
    if (stampOf(Found[1].str()))
      watch(Found[1]);
    Output = Output.drop_front(size_t(Found[0].end() - Output.begin()));
  }
}

// Nor does anybody know what Nim would have read after the error; most likely
// it lies below the project.
void Generators::watchBelow(StringRef Directory) {
  constexpr unsigned Most = 1000; // directories; the kernel's watches are few
  unsigned Count = 0;
  std::error_code Code;
  Untold.SourceDirectories.insert(Directory);
  for (fs::recursive_directory_iterator I(Directory, Code, false), End;
       !Code && I != End && Count != Most; I.increment(Code)) {
    const std::string &Path = I->path();
    if (I->type() == fs::file_type::regular_file && looksLikeNim(Path))
      watch(Path);
    if (I->type() != fs::file_type::directory_file)
      continue;
    bool IsOurs = Path == P.Directory || any_of(Projects, [&](auto &Project) {
                    return Project.outputs() == Path;
                  });
    if (IsOurs || path::filename(Path).starts_with("."))
      I.no_push();
    else if (Untold.SourceDirectories.insert(Path).second)
      ++Count;
  }
}

static bool isSameFile(StringRef A, StringRef B) {
  return A == B || fs::equivalent(A, B);
}

bool Generators::isInput(StringRef File) const {
  return any_of(Projects, [&](const NimProject &Project) {
    return any_of(Project.inputs(), [&](const std::string &Input) {
      return isSameFile(Input, File);
    });
  });
}

bool Generators::concerns(ArrayRef<std::string> Files) const {
  return HasFailed ||
         any_of(Files, [&](StringRef File) { return Watched.contains(File); });
}

static bool isBelow(StringRef File, StringRef Directory) {
  return path::parent_path(File) == Directory && isNimOutput(File);
}

std::vector<std::string> Generators::outputs(const Builder &B) const {
  std::vector<std::string> Result = B.sources();
  erase_if(Result, [&](StringRef File) {
    return none_of(Projects, [&](const NimProject &Project) {
      return isBelow(File, Project.outputs());
    });
  });
  return Result;
}

//===-- Running them ------------------------------------------------------===//

Error Generators::updateOne(NimProject &Project, Builder &B, Outcome &Result) {
  bool Runs = !Project.isCurrent();
  if (Runs) {
    Result.Ran = true;
    bool Colours = isatty(STDERR_FILENO) && !Out.isJson();
    Expected<Finished> Done = Finished();
    // What was read by halves is read again; who writes all the time gets what
    // is there.
    constexpr int MostTries = 3;
    for (int Tries = 1; Tries <= MostTries; ++Tries) {
      Done = Project.generate(Options.OwnGroup, Colours);
      if (!Done)
        return Done.takeError();
      if (isStopping())
        return failure("stopped");
      if (!Project.isOutdated())
        break;
    }
    Out.compiler(Project.name(), Done->Output);
    if (Done->Code != 0) {
      watchMentioned(Done->Output);
      watchBelow(Project.directory());
      Result.Failed = true;
      return Error::success();
    }
  }
  Expected<NimProject::Written> Written = Project.install();
  if (!Written)
    return Written.takeError();
  append_range(Result.Files, Written->Changed);
  if (Error E = addAndRemove(Project, Written->Linked, B, Result.Files))
    return E;
  return Runs ? Project.remember() : Error::success();
}

// Makes the program's modules those that Nim would link. A source that is gone
// is what tells the builder that its module is.
Error Generators::addAndRemove(const NimProject &Project,
                               ArrayRef<std::string> Linked, Builder &B,
                               std::vector<std::string> &Files) {
  std::vector<std::string> Sources = B.sources();
  StringSet<> Known, Wanted;
  for (const std::string &File : Sources)
    Known.insert(File);
  for (const std::string &File : Linked) {
    Wanted.insert(File);
    if (Known.contains(File))
      continue;
    if (!B.adopt(File))
      return failure("there is no module like '" + File +
                     "' to take the flags from; compile the program again");
    Files.push_back(File);
  }
  for (const std::string &File : Sources)
    if (isBelow(File, Project.outputs()) && !Wanted.contains(File) &&
        stampOf(File)) {
      unlink(File.c_str());
      Files.push_back(File);
    }
  return Error::success();
}

Expected<Generators::Outcome> Generators::update(Builder &B) {
  Outcome Result;
  if (empty())
    return Result;
  Stopwatch Watch;
  HasFailed = true; // unless this comes to its end
  if (Error E = makeDirectory(P.file("build/nim")))
    return std::move(E);
  BuildLock Lock;
  if (Error E = Lock.take(P, Out))
    return std::move(E);
  for (NimProject &Project : Projects)
    if (Error E = updateOne(Project, B, Result))
      return std::move(E);
  HasFailed = Result.Failed;
  Result.Milliseconds = Watch.milliseconds();
  return Result;
}

} // namespace hcr
