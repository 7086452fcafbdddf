// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_UTILS_PRECOMPILEDHEADER_H
#define HCR_UTILS_PRECOMPILEDHEADER_H

#include "../common/CompileRecord.h"

namespace hcr {

// The arguments with which a module is compiled for an image. A precompiled
// header is the program's (-fPIE), so the header that it was made of takes its
// place; the file itself says which one that is.
std::vector<std::string> imageArguments(const CompileRecord &Record);

} // namespace hcr
#endif
