// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_PLUGIN_NAMES_H
#define HCR_PLUGIN_NAMES_H

#include <string>

namespace clang {
class ASTContext;
}

namespace hcr {

/// One line for each C function and variable that the unit defines under a name
/// that ends in a number (pass/NamesFormat.h).
std::string describeNames(clang::ASTContext &Context);

} // namespace hcr

#endif
