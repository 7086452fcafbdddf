// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Turns a clang command into the command with HCR, and runs it.
#ifndef HCR_UTILS_DRIVER_H
#define HCR_UTILS_DRIVER_H

#include "../common/ClangArguments.h"
#include <string>
#include <vector>

namespace hcr {

class Driver {
public:
  bool CPlusPlus = false;
  bool WantsHelp = false;
  std::string Clang = HCR_CLANG;
  std::vector<std::string> Launcher; // words in front of clang: ccache
  std::string Library;               // directory of libHcrPass.so and libhcr.so
  std::string Include;               // directory of hcr/hcr.h
  std::string Root;                  // as the user gave it
  std::string Binding = "host";

  // Runs clang with these words alone.
  int passThrough(llvm::ArrayRef<const char *> Words) const;
  // Given: what clang is to see, response files unopened; Words: opened.
  int run(llvm::ArrayRef<const char *> Given,
          llvm::ArrayRef<const char *> Words) const;

private:
  std::vector<std::string> compileFlags(const ClangArguments &Arguments,
                                        const Input &Source) const;
  std::vector<std::string> linkFlags() const;
  int runOneByOne(const ClangArguments &Arguments,
                  llvm::ArrayRef<const char *> Words) const;
  std::vector<std::string> clang() const; // the words that run it
  std::vector<std::string> command() const;
};

} // namespace hcr
#endif
