// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Any bytes as an image: what is read of the file itself, before and after it
// was found to be whole.
#include "core/ImageFile.h"

#include <cstdlib>

using namespace hcr;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  auto *Begin = reinterpret_cast<const char *>(Data);
  // Executables and images of others, which nobody checked.
  uint64_t Last = 0;
  for (const FunctionSymbol &F : functionsOf(Data, Size)) {
    if (F.Name.data() < Begin ||
        F.Name.data() + F.Name.size() >= Begin + Size || F.Address < Last)
      abort();
    Last = F.Address;
  }
  (void)isAtFixedAddress(Data, Size);
  if (Error E = checkImageFile(Data, Size)) {
    if (E.text().find('\n') != std::string::npos)
      abort();
    return 0;
  }
  (void)entryPointOf(Data);
  for (const Content &C : contentOf(Data, Size))
    if (!C.Size)
      abort();
  return 0;
}
