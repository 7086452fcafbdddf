// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// hcr: the commands and what they say about themselves.
#include "Commands.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace hcr {

namespace {
struct CommandInfo {
  StringLiteral Name;
  CommandBit Bit;
  int (*Run)(const CommandLine &, Report &);
  const char *Usage;
  const char *Summary;
  bool JsonOnStdout;
  const char *Text;
};
} // namespace

static constexpr const char *ExitCodes =
    "EXIT STATUS:\n  0  done\n  1  could not\n  2  wrong usage\n";
static constexpr const char *ProgramCodes =
    "EXIT STATUS:\n  the program's, 128+N if signal N ended it\n"
    "  1  the program could not be started\n  2  wrong usage\n";

static const CommandInfo Table[] = {
    {"build", Build, buildCommand, "hcr build [options] PROGRAM [FILE...]",
     "rebuild the modules of a program that changed", true,
     R"(DESCRIPTION:
  Compiles each module whose source, or a header it includes, changed since
  its newest image (or since the program was linked), and puts the images into
  PROGRAM.hcr/, where the running program finds them at its next reload. With
  FILEs only modules that contain one of them; a FILE that is a new source
  becomes a module, with the flags of its neighbour.

  All or nothing: if one module does not compile, no image is replaced.

)"},
    {"run", Run, runCommand, "hcr run [options] PROGRAM [ARGUMENT...]",
     "run a program, and reload what is edited", false,
     R"(DESCRIPTION:
  Runs PROGRAM with standard input, output and terminal as they are, watches
  its sources and headers, and after each save rebuilds and reloads what
  changed. Prints one line per reload to standard error; when the source does
  not compile, what the compiler said, and the program runs on.

)"},
    {"reload", Reload, reloadCommand, "hcr reload [options] PROGRAM|--pid PID",
     "make running processes take up new images", true,
     R"(DESCRIPTION:
  Asks every running process of PROGRAM, or one process, to load the images
  that are newer than what it runs. Processes listen when hcr run started
  them, or when they called hcr_listen().

  With --reinit, the module of the variable is built if it has no image of
  the newest source, and loaded again; the old object is destroyed, and the
  initialiser makes a new one in its place.

)"},
    {"status", Status, statusCommand, "hcr status [options] PROGRAM|--pid PID",
     "show modules, images, processes and the last reload", true,
     R"(DESCRIPTION:
  Lists the modules of PROGRAM, which of them have an image newer than the
  program, the processes that run it, and how the last reload ended.

)"},
    {"stress", Stress, stressCommand,
     "hcr stress [options] PROGRAM [ARGUMENT...]",
     "reload every module over and over while a program runs", false,
     R"(DESCRIPTION:
  Builds every module twice, with -O0 and with -O2, and reloads all of them in
  turn, every few milliseconds, while PROGRAM runs. Its output and exit code
  pass through and must be what they are without; --expect compares. Ends with
  one line: how many reloads, and whether all was well. The images and the
  directory that hcr build and hcr run use are not touched.

EXIT STATUS:
  the program's, 128+N if signal N ended it
  1  the program could not be started, a reload was refused, the output is not
     the expected one, or the time limit passed
  2  wrong usage
)"},
    {"link", Link, linkCommand,
     "hcr link [options] [-o PROGRAM] OBJECT... [-- FLAG...]",
     "link a program whose modules are loaded at start", true,
     R"(DESCRIPTION:
  Makes an executable of the object that defines main and one image in
  PROGRAM.hcr/ of each other. The objects are compiled with hcr-cc
  --hcr-binding=module or with the pass as a bare flag. FLAGs (libraries,
  linker options) go to the link of the executable. @FILE stands for the words
  in FILE.

)"},
    {"nim", Nim, nimCommand, "hcr nim COMMAND [NIM-OPTION...] FILE",
     "compile a Nim program so that hcr run can reload it", false,
     R"(DESCRIPTION:
  Runs nim with all that follows, and with hcr-cc and hcr-c++ as its compilers:
      hcr nim c main.nim
      hcr run ./main
  is all that it takes to edit the .nim files of a running program. The same
  without this command:
      nim c --cc:clang --clang.exe:hcr-cc --clang.linkerexe:hcr-cc main.nim

EXIT STATUS:
  nim's
  1  nim could not be run
  2  wrong usage
)"}};

static void printHelp(raw_ostream &Out) {
  Out << "hcr - hot code reloading for native programs\n\n"
         "usage: hcr COMMAND [options] ...\n\ncommands:\n";
  for (const CommandInfo &Info : Table)
    Out << "  " << left_justify(Info.Name, 8) << Info.Summary << "\n";
  Out << "\nhcr COMMAND --help tells more. Programs are built with hcr-cc and "
         "hcr-c++,\nsee hcr-cc --hcr-help.\n\n"
      << ExitCodes;
}

// `@FILE` stands for the words in it, up to `--`; what is the program's or the
// compiler's is left to them.
static Error openResponseFiles(SmallVectorImpl<const char *> &Words,
                               BumpPtrAllocator &Memory) {
  auto *End = find(Words, StringRef("--"));
  SmallVector<const char *, 64> Own(Words.begin(), End), Rest(End, Words.end());
  cl::ExpansionContext Context(Memory, cl::TokenizeGNUCommandLine);
  if (Error E = Context.expandResponseFiles(Own))
    return E;
  append_range(Own, Rest);
  Words.assign(Own.begin(), Own.end());
  return Error::success();
}

static int runOne(const CommandInfo &Info, ArrayRef<const char *> Given) {
  Report Plain(false, false, false);
  SmallVector<const char *, 64> Words(Given);
  BumpPtrAllocator Memory;
  if (!(Info.Bit & (Run | Stress | Nim)))
    if (Error E = openResponseFiles(Words, Memory)) {
      Plain.error(std::move(E));
      return 2;
    }
  Expected<CommandLine> Line = CommandLine::parse(Words, Info.Bit);
  if (!Line) {
    Plain.error(toString(Line.takeError()) + "; see hcr " + Info.Name +
                " --help");
    return 2;
  }
  if (Line->Help) {
    std::string Title = ("hcr " + Info.Name + " - " + Info.Summary).str();
    printOptions(outs(), Info.Usage, Title.c_str(), Info.Bit);
    outs() << "\n"
           << Info.Text
           << (Info.Bit & (Stress | Nim) ? ""
               : Info.Bit == Run         ? ProgramCodes
                                         : ExitCodes);
    return 0;
  }
  if (Line->Version) {
    outs() << "hcr " HCR_VERSION "\n";
    return 0;
  }
  Report Out(Line->Json, Line->Quiet, Info.JsonOnStdout);
  return Info.Run(*Line, Out);
}

static int run(ArrayRef<const char *> Words) {
  StringRef Name = Words.empty() ? "" : Words[0];
  for (const CommandInfo &Info : Table)
    if (Info.Name == Name)
      return runOne(Info, Words.drop_front());
  if (Name == "--version") {
    outs() << "hcr " HCR_VERSION "\n";
    return 0;
  }
  if (Name == "--help" || Name == "-h" || Name == "help") {
    printHelp(outs());
    return 0;
  }
  if (Name.empty())
    printHelp(errs());
  else
    Report(false, false, false)
        .error("unknown command '" + Name + "'; see hcr --help");
  return 2;
}

} // namespace hcr

int main(int Argc, char **Argv) {
  hcr::keepOthersOut();
  return hcr::run(ArrayRef(Argv + 1, Argc > 0 ? Argc - 1 : 0));
}
