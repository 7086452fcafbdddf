// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which files a module is made of: its source and every header.
//
// After an image was built, the compiler's own list (-MD) tells. Before that,
// clang's dependency scanner does: it only follows preprocessor directives and
// shares what it read between modules, a few milliseconds per module.
#ifndef HCR_UTILS_DEPENDENCIES_H
#define HCR_UTILS_DEPENDENCIES_H

#include "../common/CompileRecord.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace hcr {

// Absolute paths of what the module is made of: the files in the compiler's
// make rule, the source itself (of an interface unit the rule does not name it)
// and the compiled interfaces of C++20 modules that it imports.
std::vector<std::string> filesOf(const CompileRecord &Record,
                                 llvm::StringRef Rule);

class DependencyScanner {
public:
  DependencyScanner();
  ~DependencyScanner();
  // Thread-safe. Fails when the source cannot be preprocessed.
  llvm::Expected<std::vector<std::string>> scan(const CompileRecord &Record);

private:
  struct Implementation;
  std::unique_ptr<Implementation> Own;
};

} // namespace hcr
#endif
