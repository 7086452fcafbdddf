// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ObjectFile.h"

namespace hcr {

ObjectFile::ObjectFile(const void *Address)
    : Range(sys::objectAt(Address)), Path(sys::objectPath(Range)) {
  sys::FileId Id;
  if (Path.empty() || sys::readFile(Path, Bytes, Id))
    Bytes.release();
  Functions = functionsOf(Bytes.data(), Bytes.size());
  if (!isAtFixedAddress(Bytes.data(), Bytes.size()))
    Bias = reinterpret_cast<uintptr_t>(Range.Begin);
}

} // namespace hcr
