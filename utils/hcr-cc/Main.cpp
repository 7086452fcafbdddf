// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// hcr-cc, hcr-c++: clang with the HCR pass, for any build system.
//
// Runs before every compile of a program, so it links no LLVM library
// dynamically and replaces itself by clang wherever it can. What it adds goes
// in front of the user's arguments: nothing the user says (`-Wl,-Bstatic`,
// `-x`, `--`) can then change the meaning of it, and what the user says last
// still wins.
#include "Driver.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

static constexpr StringLiteral Help =
    R"(hcr-cc, hcr-c++ - compile and link programs for hot code reloading

usage: hcr-cc  [--hcr-OPTION...] CLANG-ARGUMENTS...    C, as clang does
       hcr-c++ [--hcr-OPTION...] CLANG-ARGUMENTS...    C++, as clang++ does

Use them as compilers in any build system:
    ./configure CC=hcr-cc CXX=hcr-c++
    cmake -DCMAKE_C_COMPILER=hcr-cc -DCMAKE_CXX_COMPILER=hcr-c++ ...
    make CC=hcr-cc

Compiles run clang with the HCR pass and note in each object how it was made
(section .GCC.command.line). Links export the program's symbols and add
libhcr.so; static (-static), relocatable (-r) and freestanding (-nostdlib)
links, and links for another machine, are left as they are.

options:
  --hcr-root=DIR       project root, to which module names are relative.
                       Default: the nearest directory above the source with
                       .hcr-root in it, else with .git, else the working
                       directory; for sources outside of it "/"
  --hcr-binding=KIND   host (default): objects for an ordinary link
                       module: objects bound by the runtime, for `hcr link`
  --hcr-clang=PATH     the clang to run; default:
                       )" HCR_CLANG R"(
  --hcr-launch[=N]     the first argument: run the compiler that follows, the
                       way a compiler launcher of CMake is called; N words
                       before it are another launcher (ccache)
  --hcr-help           this text

All other arguments are clang's. The exit code is clang's.
)";

// Where bin/ and lib/ are side by side, in a build tree and installed.
static std::string ownPrefix() {
  SmallString<256> Path;
  if (sys::fs::real_path("/proc/self/exe", Path))
    return "";
  return sys::path::parent_path(sys::path::parent_path(Path)).str();
}

// Takes the --hcr- options out of Words. Returns false after a message.
static bool takeOwnOptions(SmallVectorImpl<const char *> &Words,
                           hcr::Driver &D) {
  bool Good = true;
  erase_if(Words, [&](StringRef Word) {
    if (!Word.starts_with("--hcr-"))
      return false;
    if (Word.consume_front("--hcr-root="))
      D.Root = Word;
    else if (Word.consume_front("--hcr-clang="))
      D.Clang = Word;
    else if (Word == "--hcr-binding=host" || Word == "--hcr-binding=module")
      D.Binding = Word.split('=').second;
    else if (Word == "--hcr-help")
      D.WantsHelp = true;
    else {
      errs() << "hcr-cc: error: unknown option '" << Word
             << "'; see hcr-cc --hcr-help\n";
      Good = false;
    }
    return true;
  });
  return Good;
}

// `--hcr-launch=1 ccache clang++ ARGUMENTS...`: whom to run comes first.
// Returns how many words that were, -1 after a message.
static int takeLaunch(ArrayRef<char *> Words, hcr::Driver &D) {
  StringRef First = Words.empty() ? "" : Words.front();
  if (!First.consume_front("--hcr-launch"))
    return 0;
  unsigned Count = 0;
  bool Good = First.empty() ||
              (First.consume_front("=") && !First.getAsInteger(10, Count));
  if (!Good || Words.size() < Count + 2) {
    errs() << "hcr-cc: error: '" << Words.front()
           << "' needs a compiler behind it; see hcr-cc --hcr-help\n";
    return -1;
  }
  D.Launcher.assign(Words.begin() + 1, Words.begin() + 1 + Count);
  D.Clang = Words[Count + 1];
  D.CPlusPlus = sys::path::filename(D.Clang).contains("++");
  return int(Count + 2);
}

int main(int Argc, char **Argv) {
  hcr::Driver D;
  D.CPlusPlus = StringRef(Argv[0]).rsplit('/').second.contains("++") ||
                StringRef(Argv[0]).contains("hcr-c++");
  D.Library = ownPrefix() + "/lib";
  D.Include = ownPrefix() + "/include";

  int Taken = takeLaunch(ArrayRef(Argv + 1, Argc > 0 ? Argc - 1 : 0), D);
  if (Taken < 0)
    return 2;
  Argv += Taken;
  Argc -= Taken;

  // clang's internal modes take no driver options.
  if (Argc > 1 && StringRef(Argv[1]).starts_with("-cc1"))
    return D.passThrough(ArrayRef(Argv + 1, Argc - 1));

  // Response files are opened up for reading; clang gets them as they were
  // unless an option of ours was inside.
  SmallVector<const char *, 128> Given(Argv + 1, Argv + Argc);
  SmallVector<const char *, 128> Words(Given);
  BumpPtrAllocator Memory;
  cl::ExpansionContext Context(Memory, cl::TokenizeGNUCommandLine);
  if (any_of(Given, [](const char *Word) { return *Word == '@'; })) {
    if (Error E = Context.expandResponseFiles(Words)) {
      consumeError(std::move(E)); // clang says what is wrong with it
      Words = Given;
    }
  }
  hcr::Driver Ignored = D;
  if (!takeOwnOptions(Words, D))
    return 2;
  SmallVector<const char *, 128> Kept(Given);
  takeOwnOptions(Kept, Ignored);
  bool FromFile = Ignored.Root != D.Root || Ignored.Binding != D.Binding ||
                  Ignored.Clang != D.Clang;
  if (D.WantsHelp) {
    outs() << Help;
    return 0;
  }
  return D.run(FromFile ? Words : Kept, Words);
}
