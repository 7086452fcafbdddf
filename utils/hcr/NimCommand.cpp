// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// hcr nim: Nim's compiler, told to use hcr-cc. What we say comes first, so that
// options of the user and of a project's command line still win.
#include "Commands.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"
#include <cerrno>
#include <unistd.h>

using namespace llvm;

namespace hcr {

static Expected<Command> nimCommand(const CommandLine &Line) {
  ErrorOr<std::string> Nim = sys::findProgramByName("nim");
  if (!Nim)
    return failure("cannot find 'nim'; install Nim (Debian: nim), or add its "
                   "directory to PATH");
  std::string Own = ownProgramDirectory();
  Command Words = {*Nim, "--cc:clang"};
  for (auto [Setting, Compiler] : {std::pair("clang.exe", "hcr-cc"),
                                   {"clang.linkerexe", "hcr-cc"},
                                   {"clang.cpp.exe", "hcr-c++"},
                                   {"clang.cpp.linkerexe", "hcr-c++"}}) {
    std::string Path = Own + "/" + Compiler;
    if (!sys::fs::can_execute(Path))
      return failure("cannot find '" + Path +
                     "', which belongs beside hcr; install HCR again");
    Words.push_back("--" + std::string(Setting) + ":" + Path);
  }
  append_range(Words, Line.Rest);
  return Words;
}

int nimCommand(const CommandLine &Line, Report &Out) {
  if (Line.Rest.empty()) {
    Out.error("no command given; usage: hcr nim c [NIM-OPTION...] FILE");
    return 2;
  }
  Expected<Command> Words = nimCommand(Line);
  if (!Words) {
    Out.error(Words.takeError());
    return 1;
  }
  std::vector<char *> Pointers;
  for (std::string &Word : *Words)
    Pointers.push_back(Word.data());
  Pointers.push_back(nullptr);
  restoreFileMask();
  execv(Pointers[0], Pointers.data());
  Out.error(systemFailure("cannot run '" + Words->front() + "'", errno));
  return 1;
}

} // namespace hcr
