// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ModuleIndex.h"
#include "llvm/Support/Path.h"
#include <utility>

using namespace llvm;

namespace hcr {

void ModuleIndex::clear() { *this = ModuleIndex(); }

unsigned ModuleIndex::numberOf(StringRef Module) {
  auto [I, IsNew] = Numbers.try_emplace(Module, Names.size());
  if (IsNew)
    Names.push_back(Module.str());
  return I->second;
}

void ModuleIndex::addFile(StringRef Module, StringRef Path) {
  unsigned Number = numberOf(Module);
  auto [I, IsNew] = ByFile.try_emplace(Path);
  if (IsNew)
    Untold.Files.insert(Path);
  // The last one only: a header may have thousands.
  if (I->second.empty() || I->second.back() != Number)
    I->second.push_back(Number);
}

void ModuleIndex::addSource(StringRef Module, StringRef Path) {
  addFile(Module, Path);
  Untold.SourceDirectories.insert(sys::path::parent_path(Path));
}

ArrayRef<unsigned> ModuleIndex::modulesWith(StringRef Path) const {
  auto I = ByFile.find(Path);
  return I == ByFile.end() ? ArrayRef<unsigned>() : ArrayRef(I->second);
}

std::vector<std::string> ModuleIndex::files() const {
  std::vector<std::string> Result;
  for (const auto &Entry : ByFile)
    Result.push_back(Entry.first().str());
  return Result;
}

NewFiles ModuleIndex::takeNew() { return std::exchange(Untold, NewFiles()); }

} // namespace hcr
