// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which modules contain a file? In memory, for as long as somebody watches.
//
// Asking every module instead would cost two system calls for each of its
// files: 400 ms with 5,000 small modules, for each save.
#ifndef HCR_UTILS_MODULEINDEX_H
#define HCR_UTILS_MODULEINDEX_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include <string>
#include <vector>

namespace hcr {

// Files that nobody was told of yet.
struct NewFiles {
  llvm::StringSet<> Files;
  llvm::StringSet<> SourceDirectories; // directories of modules' sources
};

class ModuleIndex {
public:
  void clear();
  void addSource(llvm::StringRef Module, llvm::StringRef Path);
  // Only what the module did not contain before.
  void addFile(llvm::StringRef Module, llvm::StringRef Path);
  // Modules that contain Path, or once did, some perhaps twice: it only says
  // where to look.
  llvm::ArrayRef<unsigned> modulesWith(llvm::StringRef Path) const;
  llvm::StringRef nameOf(unsigned Module) const { return Names[Module]; }

  size_t fileCount() const { return ByFile.size(); }
  std::vector<std::string> files() const;
  // What was added since the last call.
  NewFiles takeNew();

private:
  unsigned numberOf(llvm::StringRef Module);

  llvm::StringMap<std::vector<unsigned>> ByFile;
  llvm::StringMap<unsigned> Numbers; // module -> index into Names
  std::vector<std::string> Names;
  NewFiles Untold;
};

} // namespace hcr
#endif
