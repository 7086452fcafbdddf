// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_PLUGIN_CLOSURES_H
#define HCR_PLUGIN_CLOSURES_H

#include <string>

namespace clang {
class FunctionDecl;
}

namespace hcr {

/// What a closure or an iterator that exists needs its code to agree with: the
/// parts of its environment, which Nim hands over as `void *ClE_0`, and the
/// number of places where it can go on. Code that disagrees is another
/// function's: what was begun ends as it began. Empty: \p F is no such
/// function.
std::string describeClosure(const clang::FunctionDecl &F);

} // namespace hcr

#endif
