// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What each module was last built from: PROGRAM.hcr/build/state.
//
// A text log that is only appended to, like ninja's: a build of one module
// writes one line however many modules there are, and a torn last line is
// simply not read. Two kinds of line,
//
//   f <size> <time> <xxh64> <path>                     file, numbered from 0
//   m <program> <command> <image> <n> <file>... <module>   last one counts
//
// A header that 5,000 modules include is one `f` line and 5,000 numbers. The
// log is rewritten when more than half of it is history.
#ifndef HCR_UTILS_STATE_H
#define HCR_UTILS_STATE_H

#include "Files.h"
#include "llvm/ADT/StringMap.h"

namespace hcr {

// A file's content as a module saw it.
struct SeenFile {
  std::string Path;
  FileStamp Stamp;
  uint64_t Hash = 0;
};

struct ModuleState {
  uint64_t Program = 0; // id of the executable this holds for
  uint64_t Command = 0; // hash of the compile record
  uint64_t Image = 0;   // xxh64 of the image; 0: the executable's own code
  std::vector<unsigned> Files; // the source first
};

class State {
public:
  // A missing or foreign file is an empty state. False: it is as we left it,
  // no other builder wrote to it, and nothing was read.
  bool load(const std::string &Path);
  const ModuleState *find(llvm::StringRef Module) const;
  const SeenFile &file(unsigned Number) const { return Files[Number]; }
  unsigned addFile(const SeenFile &File);
  void set(llvm::StringRef Module, ModuleState New);
  void forget(llvm::StringRef Module);
  // Writes what is new since load or the last save.
  llvm::Error save();

  const llvm::StringMap<ModuleState> &modules() const { return ByName; }

private:
  void read(llvm::StringRef Text);
  std::string line(const SeenFile &File) const;
  std::string line(llvm::StringRef Module, const ModuleState &State) const;
  llvm::Error rewrite();

  std::string Path;
  std::optional<FileStamp> Left; // the file as it was after load or save
  std::vector<SeenFile> Files;
  llvm::StringMap<unsigned> FileNumbers; // by line text
  llvm::StringMap<ModuleState> ByName;
  std::string Pending;
  size_t ModuleLines = 0;
  uint64_t GoodSize = 0; // where a torn last line starts
};

} // namespace hcr
#endif
