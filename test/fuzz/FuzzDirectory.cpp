// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Any text as the journal and as the list of imports: nothing is found outside
// of the directory, and what was read in two pieces is what it is in one.
#include "core/Finder.h"
#include "core/Tree.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

using namespace hcr;

/// Removed at exit.
struct Directory {
  Directory() {
    char Name[] = "/tmp/hcr-fuzz-XXXXXX";
    Path = mkdtemp(Name);
  }
  ~Directory() { std::filesystem::remove_all(Path); }
  std::string Path;
};

static void append(const std::string &Path, std::string_view Text) {
  int File =
      open(Path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (File < 0 || write(File, Text.data(), Text.size()) < 0)
    abort();
  close(File);
}

static std::string list(Finder &F, const std::string &Where) {
  std::string Out;
  for (const Found &One : F.take(true)) {
    if (One.Path != Where + "/" + One.Module + ".so" ||
        !isModuleName(One.Module))
      abort();
    Out += One.Module + (One.Gone ? " gone " : " image ") +
           std::to_string(One.Size) + " " + std::to_string(One.Hash) + "\n";
  }
  if (!F.problem().empty())
    abort();
  return Out;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  static Directory D;
  std::string_view Text(reinterpret_cast<const char *>(Data), Size);
  std::string Journal = D.Path + "/journal";
  unlink(Journal.c_str());
  Finder Whole, Pieces;
  Whole.open(D.Path, 0);
  Pieces.open(D.Path, 0);
  append(Journal, Text.substr(0, Size / 2));
  list(Pieces, D.Path);
  append(Journal, Text.substr(Size / 2));
  if (list(Pieces, D.Path) != list(Whole, D.Path))
    abort();
  std::string Main;
  for (const std::string &Module : orderOfTree(Text, Main))
    if (Module == Main)
      abort();
  return 0;
}
