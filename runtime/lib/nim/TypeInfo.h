// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Nim's type infos (TNimType of lib/system/hti.nim, with refc).
#ifndef HCR_NIM_TYPEINFO_H
#define HCR_NIM_TYPEINFO_H

#include <cstddef>
#include <string>

namespace hcr::nim {

/// Bytes that are enough for a type info.
constexpr size_t LargestTypeInfo = 256;

/// In which way objects of one type do not fit the other: "changed its size
/// from 8 to 88 bytes", "changed the place of its field 'x'". Empty: they do,
/// or Before is not filled in.
std::string differenceOf(const void *Before, const void *After);

} // namespace hcr::nim

#endif
