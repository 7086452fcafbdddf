// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Any bytes as the compile record of an object: what is read is what is
// written, and no module's name leads out of PROGRAM.hcr.
#include "../../utils/common/CompileRecord.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  std::string Text(reinterpret_cast<const char *>(Data), Size);
  auto Record = hcr::CompileRecord::parse(Text);
  if (!Record)
    return 0;
  if (Record->text() != Text)
    abort();
  if (Record->Module.starts_with("/") ||
      ("/" + Record->Module + "/").find("/../") != std::string::npos)
    abort();
  (void)Record->sourcePath();
  return 0;
}
