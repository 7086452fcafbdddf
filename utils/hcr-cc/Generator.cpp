// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Generator.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"
#include <climits>
#include <unistd.h>

using namespace llvm;

namespace hcr {

static std::unique_ptr<MemoryBuffer> readProc(pid_t Pid, const char *Name) {
  // These files have the size 0 and some content.
  auto Text = MemoryBuffer::getFileAsStream("/proc/" + Twine(Pid) + "/" + Name);
  return Text ? std::move(*Text) : nullptr;
}

// What a link in /proc points to, empty if we may not know.
static std::string linkIn(pid_t Pid, const char *Name) {
  std::string Path = ("/proc/" + Twine(Pid) + "/" + Name).str();
  char Buffer[PATH_MAX];
  ssize_t Size = readlink(Path.c_str(), Buffer, sizeof(Buffer));
  StringRef Target(Buffer, Size < 0 ? 0 : size_t(Size));
  Target.consume_back(" (deleted)");
  return Target.str();
}

static pid_t parentOf(pid_t Pid) {
  pid_t Parent = 0;
  if (auto Status = readProc(Pid, "status"))
    for (line_iterator Line(*Status); !Line.is_at_end(); ++Line)
      if (StringRef Text = *Line; Text.consume_front("PPid:"))
        (void)Text.trim().getAsInteger(10, Parent);
  return Parent;
}

static std::vector<std::string> argumentsOf(pid_t Pid) {
  std::vector<std::string> Arguments;
  auto Text = readProc(Pid, "cmdline");
  StringRef Rest = Text ? Text->getBuffer() : "";
  while (!Rest.empty()) { // each word ends with a zero
    auto [Word, After] = Rest.split('\0');
    Arguments.push_back(Word.str());
    Rest = After;
  }
  if (!Arguments.empty())
    Arguments.erase(Arguments.begin());
  return Arguments;
}

std::optional<GeneratorRecord> findGenerator() {
  constexpr int Highest = 64; // generations; who has more is in a loop
  pid_t Pid = getppid();
  for (int I = 0; Pid > 1 && I != Highest; ++I, Pid = parentOf(Pid)) {
    GeneratorRecord Found;
    Found.Executable = linkIn(Pid, "exe");
    if (!isNim(Found.Executable))
      continue;
    Found.Directory = linkIn(Pid, "cwd");
    Found.Arguments = argumentsOf(Pid);
    return Found;
  }
  return std::nullopt;
}

} // namespace hcr
