// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An object that is loaded, and what its file says of its functions.
#ifndef HCR_CORE_OBJECTFILE_H
#define HCR_CORE_OBJECTFILE_H

#include "../sys/Files.h"
#include "../sys/Library.h"
#include "ImageFile.h"

#include <string>

namespace hcr {

struct ObjectFile {
  sys::ObjectRange Range; // empty: no object is there
  std::string Path;
  uintptr_t Bias = 0; // what addresses in the file count from
  sys::Content Bytes;
  std::vector<FunctionSymbol> Functions; // by address

  /// The object that an address lies in; reads its file.
  explicit ObjectFile(const void *Address);
};

} // namespace hcr

#endif
