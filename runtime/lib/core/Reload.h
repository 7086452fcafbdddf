// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_CORE_RELOAD_H
#define HCR_CORE_RELOAD_H

#include "Runtime.h"

namespace hcr {

/// Takes in every image that is newer than what is loaded, as one transaction.
/// Force also loads images of equal content again.
Report reload(Runtime &R, bool Force);

/// Loads the given images whatever the journal says: the start of a program
/// that is made of module images.
Report loadTree(Runtime &R, const std::vector<std::string> &Modules);

} // namespace hcr

#endif
