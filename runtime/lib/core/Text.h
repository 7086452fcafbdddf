// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Text for messages: formatting, names as people know them, JSON.
#ifndef HCR_CORE_TEXT_H
#define HCR_CORE_TEXT_H

#include <cstdarg>
#include <cstdint>
#include <string>
#include <string_view>

namespace hcr {

[[gnu::format(printf, 1, 2)]] std::string format(const char *Pattern, ...);
std::string formatList(const char *Pattern, va_list Arguments);

/// `_Z4stepR5World` as `step(World&)`. The C++ library of the program does it;
/// a program without one has no such names.
std::string demangle(std::string_view Name);

/// A JSON string with its quotes. Bytes that JSON cannot hold are escaped, so
/// the result is one line and always parses.
std::string quoteJson(std::string_view Text);

/// A module name as one path component: '/' becomes '~'.
std::string flatten(std::string_view Module);

} // namespace hcr

#endif
