// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_CORE_TREE_H
#define HCR_CORE_TREE_H

#include "Runtime.h"

namespace hcr {

/// Modules of PROGRAM.hcr/imports that Main needs, those that others use first,
/// without Main itself. Empty if there is no such file.
std::vector<std::string> readTree(const std::string &Directory,
                                  std::string &Main,
                                  unsigned User = sys::effectiveUser());
/// The same of the file's text.
std::vector<std::string> orderOfTree(std::string_view Text, std::string &Main);

/// The start of a program that `hcr link` made: loads every image and binds the
/// main module, which the executable holds. False if this is not such a program
/// or its images cannot be loaded.
bool startTree(Runtime &R, const HcrModuleTable *Begin,
               const HcrModuleTable *End);

} // namespace hcr

#endif
