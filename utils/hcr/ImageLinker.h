// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Links one module's object into an image.
//
// The linker is called directly: through the clang driver the same link takes
// 25 ms more. mold and bfd need 3-7 ms, lld 15, nearly all of it start-up.
#ifndef HCR_UTILS_IMAGELINKER_H
#define HCR_UTILS_IMAGELINKER_H

#include "../common/CompileRecord.h"
#include "Process.h"
#include <map>
#include <mutex>

namespace hcr {

class ImageLinker {
public:
  // Given: the user's choice, a name or a path; empty: the fastest there is.
  static llvm::Expected<ImageLinker> find(llvm::StringRef Given);

  // The file that CacheFile keeps says what compilers said of themselves.
  void useCache(std::string CacheFile);
  // The libraries of the program: paths, or names to look for where the
  // compiler looks.
  void useLibraries(std::vector<std::string> Names) {
    Libraries = std::move(Names);
  }
  // The version script: an image exports its entry points and C++ type
  // information (which must be the program's where the program has it).
  static llvm::StringRef versionScript();

  Command command(const CompileRecord &Record, const std::string &Object,
                  const std::string &Extra, const std::string &Script,
                  const std::string &Output);
  llvm::StringRef path() const { return Path; }

private:
  std::string answer(const CompileRecord &Record, llvm::StringRef Question);
  std::string builtins(const CompileRecord &Record);
  std::vector<std::string> libraries(const CompileRecord &Record);
  std::string Path;
  std::string CacheFile;
  std::vector<std::string> Libraries;
  std::map<std::string, std::string> Answers; // by the command that asked
};

} // namespace hcr
#endif
