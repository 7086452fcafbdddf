// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A program and its directory PROGRAM.hcr (docs/Abi.md).
#ifndef HCR_UTILS_PROGRAM_H
#define HCR_UTILS_PROGRAM_H

#include "Files.h"
#include <sys/types.h>

namespace hcr {

struct Program {
  std::string Path;      // real path of the executable
  std::string Directory; // PROGRAM.hcr, or --dir
  FileStamp Stamp;       // of the executable
  int64_t Touched = 0;   // when anything about it changed last
  uint64_t Id = 0;       // what images carry in their tables

  static llvm::Expected<Program> open(llvm::StringRef Path,
                                      llvm::StringRef GivenDirectory);
  // The program that a process runs.
  static llvm::Expected<Program> ofProcess(pid_t Pid,
                                           llvm::StringRef GivenDirectory);

  std::string file(const llvm::Twine &Name) const;
  std::string image(llvm::StringRef Module) const;
  // Processes that run the program and have not ended.
  std::vector<pid_t> liveProcesses() const;
};

uint64_t programId(FileStamp Stamp);

// Places of this HCR: bin/ and lib/ side by side.
std::string ownLibraryDirectory();
std::string ownProgramDirectory();

} // namespace hcr
#endif
