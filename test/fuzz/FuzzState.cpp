// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Any bytes as a file that `hcr` keeps in PROGRAM.hcr: what is noted behind
// them is found again.
//
// Input: one byte (which file), then its content.
#include "../../utils/common/CompileRecord.h"
#include "../../utils/hcr/ImportTree.h"
#include "../../utils/hcr/Journal.h"
#include "../../utils/hcr/State.h"

#include <cstdlib>
#include <filesystem>

using namespace hcr;
using namespace llvm;

namespace {

/// A directory of this process.
struct Place : Program {
  Place() {
    char Name[] = "/tmp/hcr-fuzz-XXXXXX";
    Directory = mkdtemp(Name);
    std::filesystem::create_directory(file("build"));
  }
  ~Place() { std::filesystem::remove_all(Directory); }
  void put(const char *Name, StringRef Content) {
    check(!errorToBool(replaceFile(file(Name), Content)));
  }
  static void check(bool IsTrue) {
    if (!IsTrue)
      abort();
  }
};

void readState(Place &P, StringRef Content) {
  P.put("build/state", Content);
  std::string Path = P.file("build/state");
  State S, Again;
  S.load(Path);
  for (const auto &Module : S.modules())
    for (unsigned File : Module.second.Files)
      (void)S.file(File).Path.size();
  ModuleState New;
  New.Program = 3;
  New.Files = {S.addFile({"/project/new.c", {5, 7}, 11})};
  S.set("new.c", New);
  P.check(!errorToBool(S.save()));
  Again.load(Path);
  const ModuleState *Found = Again.find("new.c");
  P.check(Found && Found->Program == 3 && Found->Files.size() == 1 &&
          Again.file(Found->Files[0]).Path == "/project/new.c" &&
          Again.file(Found->Files[0]).Hash == 11);
}

void readJournal(Place &P, StringRef Content) {
  P.put("journal", Content);
  for (const auto &[Module, Entry] : readJournal(P))
    P.check(isModuleName(Module) && Entry.Module == Module);
  P.check(!errorToBool(appendJournal(P, {{"new.c", 5, 7, false}})));
  auto Entries = readJournal(P);
  P.check(Entries["new.c"].Size == 5 && Entries["new.c"].Hash == 7);
}

void readSymbols(Place &P, StringRef Content) {
  P.put("build/symbols", Content);
  ImportTree Tree, Again;
  if (errorToBool(Tree.load(P)))
    return;
  Tree.set("new.c", {{"newSymbol"}, {}});
  Tree.set("user.c", {{}, {"newSymbol"}});
  P.check(!errorToBool(Tree.save(P)));
  P.check(!errorToBool(Again.load(P)));
  P.check(Again.importsOf("user.c") == std::vector<std::string>{"new.c"});
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  static Place P;
  if (!Size)
    return 0;
  StringRef Content(reinterpret_cast<const char *>(Data) + 1, Size - 1);
  switch (*Data % 3) {
  case 0:
    readState(P, Content);
    break;
  case 1:
    readJournal(P, Content);
    break;
  default:
    readSymbols(P, Content);
    break;
  }
  return 0;
}
