// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is believed of the outside: names of modules, and files (sys/Trust.h).
#ifndef HCR_CORE_TRUST_H
#define HCR_CORE_TRUST_H

#include "../sys/Trust.h"
#include "Error.h"

namespace hcr {

/// A name that leads to an image below the image directory and nowhere else:
/// no absolute path, no empty component, none of one or two dots, no control
/// characters (it is printed).
bool isModuleName(std::string_view Name);

/// Why a file or directory is not used, and what to do about it.
std::string explain(const sys::Distrust &Bad, unsigned User);

} // namespace hcr

#endif
