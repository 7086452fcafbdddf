// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "NimProject.h"
#include "../../pass/NamesFormat.h"
#include "NimNames.h"
#include "Watcher.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"
#include <cerrno>
#include <unistd.h>

using namespace llvm;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace hcr {

//===-- The recorded command ----------------------------------------------===//

namespace {
// `nim -d:x c -d:y main.nim argument...`
struct NimWords {
  std::vector<std::string> Options; // with the command among them
  std::string Project;              // empty if it is not a compile of a file
};
} // namespace

// Nim takes compileToC and compile_to_c for the same. `objc` writes other
// files, and a task of a project's config.nims may do anything.
static bool compilesFile(StringRef Word) {
  std::string Name = Word.lower();
  erase(Name, '_');
  return is_contained(
      {"c", "cc", "compile", "compiletoc", "cpp", "compiletocpp", "r"},
      StringRef(Name));
}

// Values of Nim's options are part of the word, so words without a dash are, in
// this order, the command, the project, and what belongs to the program.
static NimWords split(ArrayRef<std::string> Arguments) {
  NimWords Result;
  bool HasCommand = false;
  for (StringRef Word : Arguments) {
    bool IsOption = Word.starts_with("-");
    if (!IsOption && HasCommand) {
      Result.Project = Word.str();
      break;
    }
    if (!IsOption && !compilesFile(Word))
      break;
    HasCommand |= !IsOption;
    // `r` runs whatever the options say.
    Result.Options.push_back(Word == "r" ? "c" : Word.str());
  }
  return Result;
}

// A file is read as project, project.nim or project.nims.
std::string NimProject::projectFile() const {
  SmallString<256> Path(split(How.Arguments).Project);
  if (Path.empty())
    return "";
  fs::make_absolute(How.Directory, Path);
  path::remove_dots(Path, /*remove_dot_dot=*/true);
  if (!looksLikeNim(Path))
    Path += ".nim";
  return std::string(Path);
}

std::string NimProject::name() const {
  return path::filename(projectFile()).str();
}

std::string NimProject::directory() const {
  return path::parent_path(projectFile()).str();
}

bool NimProject::canRunAgain() const {
  return !split(How.Arguments).Project.empty();
}

std::string NimProject::commandLine() const {
  return "nim " + shellQuoted(How.Arguments);
}

Command NimProject::command(const std::string &Nimcache, bool Colours) const {
  NimWords Given = split(How.Arguments);
  Command Words = {How.Executable};
  append_range(Words, Given.Options);
  // The last of several counts. With nimBetterRun the build instructions say
  // which files were read.
  append_range(
      Words, std::vector<std::string>{"--run:off", "--compileOnly",
                                      "--forceBuild", "--define:nimBetterRun",
                                      "--hints:off", "--nimcache:" + Nimcache});
  if (Colours)
    Words.push_back("--colors:on");
  Words.push_back(Given.Project);
  return Words;
}

//===-- What it reads -----------------------------------------------------===//

// Settings that would be read if they were there.
std::vector<std::string> NimProject::settings() const {
  std::string Project = projectFile();
  StringRef Directory = path::parent_path(Project);
  std::string Stem = path::stem(Project).str();
  std::vector<std::string> Result;
  for (const std::string &Name :
       {std::string("nim.cfg"), std::string("config.nims"), Stem + ".nim.cfg",
        Stem + ".nims"})
    Result.push_back((Directory + "/" + Name).str());
  return Result;
}

// Empty: not the name of a module's C file.
static std::string sourceOf(StringRef Output, StringRef Project) {
  std::string Source = nimSourceOf(Output);
  if (Source.empty())
    return "";
  SmallString<256> Path(path::parent_path(Project));
  Path += "/" + Source;
  path::remove_dots(Path, /*remove_dot_dot=*/true);
  return std::string(Path);
}

NimProject::NimProject(const Program &P, GeneratorRecord How,
                       std::string Outputs, ArrayRef<std::string> Sources)
    : P(P), How(std::move(How)), Outputs(std::move(Outputs)),
      Cache(P.file("build/nim/" +
                   utohexstr(xxHash64(this->Outputs), /*LowerCase=*/true))) {
  if (readInstructions())
    return;
  Inputs = settings();
  Inputs.push_back(projectFile());
  for (StringRef Source : Sources)
    if (std::string Path = sourceOf(Source, projectFile()); !Path.empty())
      Inputs.push_back(std::move(Path));
}

static std::vector<std::string> firstStrings(const json::Array *Rows) {
  std::vector<std::string> Result;
  for (const json::Value &Row : Rows ? *Rows : json::Array())
    if (const json::Array *Fields = Row.getAsArray();
        Fields && !Fields->empty())
      if (std::optional<StringRef> Text = Fields->front().getAsString())
        Result.push_back(Text->str());
  return Result;
}

// Nim names the file after the project, or after the program.
static std::string instructionsIn(const std::string &Directory) {
  std::error_code Code;
  for (fs::directory_iterator I(Directory, Code), End; !Code && I != End;
       I.increment(Code))
    if (path::extension(I->path()) == ".json")
      return I->path();
  return "";
}

// False if no run ended well yet.
bool NimProject::readInstructions() {
  Expected<std::string> Text = readFile(instructionsIn(Cache));
  if (!Text) {
    consumeError(Text.takeError());
    return false;
  }
  Expected<json::Value> Value = json::parse(*Text);
  if (!Value) {
    consumeError(Value.takeError());
    return false;
  }
  const json::Object *Instructions = Value->getAsObject();
  if (!Instructions)
    return false;
  Generated.clear();
  Others.clear();
  for (std::string &File : firstStrings(Instructions->getArray("compile")))
    if (isNimOutput(File)) // names the directory in which Nim ran
      Generated.push_back(Cache + "/" + path::filename(File).str());
    else
      Others.push_back(std::move(File));
  Inputs = firstStrings(Instructions->getArray("depfiles"));
  append_range(Inputs, settings());
  sort(Inputs);
  Inputs.erase(unique(Inputs), Inputs.end());
  return !Generated.empty();
}

//===-- Is it current? ----------------------------------------------------===//

// One row says what this was noted for, one each what was read.
static std::string headRow(const Program &P, const GeneratorRecord &How) {
  std::string Text = How.Executable + "\n" + How.Directory;
  for (const std::string &Word : How.Arguments)
    Text += "\n" + Word;
  return utohexstr(P.Id) + "\t" + utohexstr(xxHash64(Text));
}

static std::string stampText(std::optional<FileStamp> Stamp) {
  return Stamp ? std::to_string(Stamp->Size) + " " + std::to_string(Stamp->Time)
               : "none";
}

bool NimProject::isCurrent() const {
  bool HasHead = false, Same = true;
  bool Whole = forEachRow(stampsFile(), [&](ArrayRef<StringRef> Row) {
    if (Row.size() != 2)
      Same = false;
    else if (!std::exchange(HasHead, true))
      Same = (Row[0] + "\t" + Row[1]).str() == headRow(P, How);
    else
      Same = Same && Row[0] == stampText(stampOf(Row[1].str()));
  });
  return Whole && HasHead && Same && !Generated.empty();
}

// A file that may have been written to while Nim read it is not known.
bool NimProject::isOutdated() const {
  return any_of(Inputs, [this](const std::string &File) {
    return wasWritten(File, Started);
  });
}

Error NimProject::remember() {
  std::string Text = headRow(P, How) + "\n";
  for (const std::string &File : Inputs) {
    int64_t Touched = 0;
    std::optional<FileStamp> Stamp = stampOf(File, &Touched);
    Text += Stamp && Touched >= Started ? "changing" : stampText(Stamp);
    Text += "\t" + File + "\n";
  }
  return replaceFile(stampsFile(), Text);
}

//===-- One run -----------------------------------------------------------===//

// A Nim whose builder was killed may still be writing, so each run has a
// directory of its own; the next builder removes those that were left behind.
Expected<Finished> NimProject::generate(bool OwnGroup, bool Colours) {
  if (!fs::can_execute(How.Executable))
    return failure("cannot run '" + How.Executable +
                   "', which compiled the program; compile it again with the "
                   "Nim that is installed");
  std::string Temporary = P.file("build/tmp." + Twine(getpid()));
  std::string Fresh = Temporary + "/nim";
  if (Error E = makeDirectory(Fresh))
    return std::move(E);
  auto Clean = make_scope_exit([&] { fs::remove_directories(Temporary); });
  Command Words = command(Fresh, Colours);
  Started = fileClock();
  Expected<Finished> Result = runCaptured(Words, How.Directory, OwnGroup);
  if (!Result || Result->Code != 0)
    return Result;
  fs::remove_directories(Cache);
  if (rename(Fresh.c_str(), Cache.c_str()) != 0)
    return systemFailure("cannot write '" + Cache + "'", errno);
  if (!readInstructions())
    return failure("'" + shellQuoted(Words) + "' wrote no C into '" + Fresh +
                   "'");
  return Result;
}

// Returns whether To is another file now.
static Expected<bool> takeOver(const std::string &From, const std::string &To) {
  Expected<std::string> New = readFile(From);
  if (!New)
    return New.takeError();
  std::string Comments;
  if (Expected<std::string> Old = readFile(To)) {
    StringRef OldCode = withoutFirstComments(*Old);
    if (OldCode == withoutFirstComments(*New))
      return false;
    Comments = StringRef(*Old).drop_back(OldCode.size()).str();
  } else {
    consumeError(Old.takeError());
    if (Error E = makeDirectory(path::parent_path(To).str()))
      return std::move(E);
  }
  if (Error E = replaceFile(
          To, Comments.empty() ? *New
                               : Comments + withoutFirstComments(*New).str()))
    return std::move(E);
  return true;
}

Expected<NimProject::Written> NimProject::install() {
  Written Result;
  readInstructions(); // another builder may have run Nim
  for (const std::string &File : Generated) {
    std::string Target = Outputs + "/" + path::filename(File).str();
    Expected<bool> IsNew = takeOver(File, Target);
    if (!IsNew)
      return IsNew.takeError();
    if (*IsNew)
      Result.Changed.push_back(Target);
    Result.Linked.push_back(std::move(Target));
  }
  append_range(Result.Linked, Others);
  // Headers, and the names for debuggers: whoever reads them finds new ones.
  std::error_code Code;
  for (fs::directory_iterator I(Cache, Code), End; !Code && I != End;
       I.increment(Code))
    if (is_contained({".h", ".ndi"}, path::extension(I->path())))
      if (Expected<bool> IsNew = takeOver(
              I->path(), Outputs + "/" + path::filename(I->path()).str());
          !IsNew)
        return IsNew.takeError();
  return Result;
}

} // namespace hcr
