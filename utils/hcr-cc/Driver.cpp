// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One source per clang, because a record belongs to one source. A command
// with several sources (`hcr-cc a.c b.c -o prog`) is run as one compile for
// each and one link, the way clang itself would split it:
//
//   hcr-cc -O2 a.c b.c -o prog
//     clang <pass, record of a.c> -O2 -c a.c -o TEMP/0.o
//     clang <pass, record of b.c> -O2 -c b.c -o TEMP/1.o
//     clang <libhcr>              -O2 TEMP/0.o TEMP/1.o -o prog
#include "Driver.h"
#include "../common/CompileRecord.h"
#include "Generator.h"
#include "clang/Driver/Options.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;
namespace options = clang::driver::options;

namespace hcr {

using Words = std::vector<std::string>;

static std::vector<char *> pointers(const Words &Command) {
  std::vector<char *> Result;
  for (const std::string &Word : Command)
    Result.push_back(const_cast<char *>(Word.c_str()));
  Result.push_back(nullptr);
  return Result;
}

// The kernel limits a command line; beyond it the words go into a response
// file, which the caller removes. Returns its name, or empty. A launcher reads
// no response file and must find the compiler's name.
static std::string shorten(Words &Command, size_t Keep) {
  std::vector<StringRef> Parts(Command.begin(), Command.end());
  if (sys::commandLineFitsWithinSystemLimits(Command[0], Parts))
    return "";
  SmallString<128> File;
  int Descriptor;
  if (sys::fs::createTemporaryFile("hcr-cc", "rsp", Descriptor, File))
    return "";
  raw_fd_ostream Out(Descriptor, /*shouldClose=*/true);
  for (const std::string &Word : drop_begin(Command, Keep)) {
    Out << '"';
    for (char C : Word) {
      if (C == '"' || C == '\\')
        Out << '\\';
      Out << C;
    }
    Out << "\"\n";
  }
  Command.resize(Keep);
  Command.push_back("@" + std::string(File));
  return std::string(File);
}

static int cannotRun(StringRef Program) {
  int Reason = errno; // making errs() changes it
  errs() << "hcr-cc: error: cannot run '" << Program
         << "': " << std::strerror(Reason)
         << "; name the clang 19 to use with --hcr-clang=PATH\n";
  return 1;
}

static int waitFor(pid_t Child) {
  int Status = 0;
  while (waitpid(Child, &Status, 0) < 0 && errno == EINTR)
    ;
  if (WIFEXITED(Status))
    return WEXITSTATUS(Status);
  // Die the same way, so that make and the shell see what happened.
  std::signal(WTERMSIG(Status), SIG_DFL);
  std::raise(WTERMSIG(Status));
  return 128 + WTERMSIG(Status);
}

// Keep: how many words name the program that is run.
static int spawn(Words Command, size_t Keep) {
  std::string File = shorten(Command, Keep);
  auto Remove = make_scope_exit([&] {
    if (!File.empty())
      sys::fs::remove(File);
  });
  std::vector<char *> Pointers = pointers(Command);
  pid_t Child = fork();
  if (Child == 0) {
    execvp(Pointers[0], Pointers.data());
    _exit(cannotRun(Command[0]));
  }
  if (Child < 0)
    return cannotRun(Command[0]);
  return waitFor(Child);
}

static int become(const Words &Command, size_t Keep) {
  std::vector<char *> Pointers = pointers(Command);
  execvp(Pointers[0], Pointers.data());
  if (errno == E2BIG)
    return spawn(Command, Keep);
  return cannotRun(Command[0]);
}

Words Driver::clang() const {
  Words Command = Launcher;
  Command.push_back(Clang);
  return Command;
}

Words Driver::command() const {
  Words Command = clang();
  if (CPlusPlus)
    Command.push_back("--driver-mode=g++");
  // <hcr/hcr.h> is found like a system header, after everybody else's.
  Command.insert(Command.end(), {"--start-no-unused-arguments", "-idirafter",
                                 Include, "--end-no-unused-arguments"});
  return Command;
}

int Driver::passThrough(ArrayRef<const char *> Given) const {
  Words Command = clang();
  Command.insert(Command.end(), Given.begin(), Given.end());
  return become(Command, clang().size());
}

Words Driver::compileFlags(const ClangArguments &Arguments,
                           const Input &Source) const {
  SmallString<256> Directory;
  sys::fs::current_path(Directory);
  ModulePlace Place = placeModule(Source.Path, Directory, Root);
  // An option given twice is an error in LLVM; the user's own one stays.
  std::vector<std::string> UserOptions = Arguments.passOptions();
  // The clang plugin brings the pass along where there is source to read, but
  // not for inputs in LLVM IR, nor under -save-temps, which goes through IR.
  std::string Pass = Library + "/libHcrPass.so";
  Words Flags = {"--start-no-unused-arguments"};
  auto Load = [&](const char *Flag, unsigned Option,
                  const std::string &Plugin) {
    if (!is_contained(Arguments.list().getAllArgValues(Option), Plugin))
      Flags.push_back(Flag + Plugin); // given twice it would run twice
  };
  Load("-fplugin=", options::OPT_fplugin_EQ, Library + "/libHcrClang.so");
  Load("-fplugin=", options::OPT_fplugin_EQ, Pass);
  Load("-fpass-plugin=", options::OPT_fpass_plugin_EQ, Pass);
  auto Add = [&](StringRef Option, const Twine &Value) {
    if (is_contained(UserOptions, Option))
      return;
    // For the compiler proper: with a plain -mllvm the assembler of
    // -save-temps and the linker of -flto would get it, too, and refuse it.
    Flags.insert(Flags.end(), {"-Xclang", "-mllvm", "-Xclang",
                               (Option + "=" + Value).str()});
  };
  Add("-hcr-binding", Binding);
  if (Binding == "module" && !is_contained(UserOptions, "-hcr-image"))
    Flags.insert(Flags.end(), {"-Xclang", "-mllvm", "-Xclang", "-hcr-image"});
  if (Source.Path != "-") {
    // A root or name in the user's -mllvm options is the record's, too.
    if (std::string Given = Arguments.passOption("-hcr-root"); !Given.empty())
      Place = {Given, placeModule(Source.Path, Directory, Given).Module};
    if (std::string Given = Arguments.passOption("-hcr-module"); !Given.empty())
      Place.Module = Given;
    Words Recorded = {"-idirafter", Include};
    for (std::string &Word : Arguments.recordArguments(Source, CPlusPlus))
      Recorded.push_back(std::move(Word));
    CompileRecord Record{Place.Module, Place.Root, std::string(Directory),
                         Source.Path,  Clang,      std::move(Recorded)};
    Add("-hcr-root", Place.Root);
    Add("-hcr-module", Place.Module);
    Add("-hcr-record", Record.text());
    if (isNimOutput(Source.Path))
      if (std::optional<GeneratorRecord> Generator = findGenerator()) {
        Generator->Module = Place.Module;
        Add("-hcr-generator", Generator->text());
      }
  }
  Flags.push_back("--end-no-unused-arguments");
  return Flags;
}

Words Driver::linkFlags() const {
  // A path and not -L/-l: no directory is added to the user's search path.
  return {"--start-no-unused-arguments",
          "-rdynamic",
          "-Wl,--push-state,--no-as-needed",
          Library + "/libhcr.so",
          "-Wl,--pop-state",
          "-Xlinker",
          "-rpath",
          "-Xlinker",
          Library,
          "--end-no-unused-arguments"};
}

static void append(Words &To, const Words &From) {
  To.insert(To.end(), From.begin(), From.end());
}

int Driver::run(ArrayRef<const char *> Given,
                ArrayRef<const char *> Opened) const {
  ClangArguments Arguments(Opened);
  bool MakesCode = Arguments.phase() == FinalPhase::Code ||
                   Arguments.phase() == FinalPhase::Link;
  if (MakesCode && Arguments.sourceCount() > 1)
    return runOneByOne(Arguments, Opened);
  Words Command = command();
  if (MakesCode)
    for (const Input &I : Arguments.inputs())
      if (I.Kind == InputKind::Source)
        append(Command, compileFlags(Arguments, I));
  // Precompiled headers, checks of the syntax: the attributes are known.
  if (Arguments.phase() == FinalPhase::Check ||
      Arguments.phase() == FinalPhase::Preprocess)
    append(Command, {"--start-no-unused-arguments",
                     "-fplugin=" + Library + "/libHcrClang.so",
                     "--end-no-unused-arguments"});
  if (Arguments.linksRuntime())
    append(Command, linkFlags());
  Command.insert(Command.end(), Given.begin(), Given.end());
  return become(Command, clang().size());
}

namespace {
// A directory for the objects between compile and link.
class TemporaryDirectory {
public:
  bool make() { return !sys::fs::createUniqueDirectory("hcr-cc", Path); }
  std::string file(const Twine &Name) const {
    return (Path + "/" + Name).str();
  }
  ~TemporaryDirectory() {
    if (!Path.empty())
      sys::fs::remove_directories(Path);
  }

private:
  SmallString<128> Path;
};
} // namespace

// The words that make clang put by-products where it would without us.
static Words byproductFlags(const ClangArguments &A, StringRef Stem) {
  Words Flags;
  const opt::Arg *Output = A.list().getLastArg(options::OPT_o);
  std::string Final = Output ? Output->getValue() : "a.out";
  bool WritesDependencies = A.has(options::OPT_MD) || A.has(options::OPT_MMD);
  if (WritesDependencies && !A.has(options::OPT_MF)) {
    SmallString<128> File(Output ? StringRef(Final) : Stem);
    sys::path::replace_extension(File, "d");
    append(Flags, {"-MF", std::string(File)});
  }
  if (WritesDependencies && !A.has(options::OPT_MT) && !A.has(options::OPT_MQ))
    append(Flags, {"-MT", (Stem + ".o").str()});
  if (!A.has(options::OPT_dumpdir))
    append(Flags, {"-dumpdir", Final + "-"});
  return Flags;
}

static Words objectWords(StringRef Object, const ClangArguments &Arguments,
                         unsigned Index) {
  for (const Input &Source : Arguments.inputs())
    if (Source.Index == Index && !Source.Language.empty())
      return {"-x", "none", Object.str()};
  return {Object.str()};
}

int Driver::runOneByOne(const ClangArguments &Arguments,
                        ArrayRef<const char *> Opened) const {
  bool Links = Arguments.phase() == FinalPhase::Link;
  TemporaryDirectory Temporary;
  if (Links && !Temporary.make()) {
    errs() << "hcr-cc: error: cannot make a temporary directory: "
           << std::strerror(errno) << "; is TMPDIR writable?\n";
    return 1;
  }
  const opt::Arg *Output = Arguments.list().getLastArg(options::OPT_o);
  if (!Links && Output) { // clang knows the words for this error
    return become(
        [&] {
          Words Command = command();
          Command.insert(Command.end(), Opened.begin(), Opened.end());
          return Command;
        }(),
        clang().size());
  }

  std::map<unsigned, std::string>
      Objects; // by index of the source they replace
  int Result = 0;
  unsigned Number = 0;
  for (const Input &Source : Arguments.inputs()) {
    if (Source.Kind != InputKind::Source)
      continue;
    Words Command = command();
    append(Command, compileFlags(Arguments, Source));
    for (unsigned I = 0; I != Opened.size(); ++I) {
      bool OtherInput = any_of(Arguments.inputs(), [&](const Input &Other) {
        return Other.Index == I && I != Source.Index;
      });
      bool IsOutput =
          Output && (I == Output->getIndex() ||
                     (I == Output->getIndex() + 1 &&
                      StringRef(Opened[Output->getIndex()]) == "-o"));
      if (!OtherInput && !(Links && IsOutput))
        Command.push_back(Opened[I]);
    }
    if (Links) {
      std::string Object = Temporary.file(Twine(Number++) + ".o");
      // The words for the linker are not used here.
      Words Extra = {"-Qunused-arguments", "-c", "-o", Object};
      append(Extra, byproductFlags(Arguments, sys::path::stem(Source.Path)));
      Command.insert(Command.begin() + command().size(), Extra.begin(),
                     Extra.end());
      Objects[Source.Index] = Object;
    }
    if (int Code = spawn(Command, clang().size())) {
      Result = Code;
      if (Links)
        break; // clang does not link either
    }
  }
  if (!Links || Result)
    return Result;
  Words Command = command();
  Command.push_back("-Qunused-arguments"); // nor the compiler's words here
  if (Arguments.linksRuntime())
    append(Command, linkFlags());
  for (unsigned I = 0; I != Opened.size(); ++I) {
    auto Object = Objects.find(I);
    if (Object == Objects.end())
      Command.push_back(Opened[I]);
    else // an object is an object, whatever -x says about the source
      append(Command, objectWords(Object->second, Arguments, I));
  }
  return spawn(Command, clang().size());
}

} // namespace hcr
