// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Layouts of types, as the clang plugin told them (HcrType).
#ifndef HCR_CORE_TYPES_H
#define HCR_CORE_TYPES_H

#include <hcr-abi/Tables.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace hcr {

/// Copies of the types that images told: a variable outlives the image that
/// made it. Each type once, whatever many images bring it.
class KnownTypes {
public:
  /// Copies \p T and all that it consists of, unless it is known.
  void add(const HcrType &T);
  /// The copy; null if nobody added it.
  const HcrType *find(const HcrType &T) const;

private:
  std::unordered_map<uint64_t, const HcrType *> Copies;
  std::vector<std::unique_ptr<uint64_t[]>> Blocks;
};

/// What is different in \p After, one line for each part:
///
///   + int Lives          new
///   - float Speed        gone
///   ~ int Score, from byte 4 to byte 8
std::string describeChange(const HcrType &Before, const HcrType &After);

} // namespace hcr

#endif
