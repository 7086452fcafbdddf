// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What went wrong, as one sentence for the user.
#ifndef HCR_CORE_ERROR_H
#define HCR_CORE_ERROR_H

#include "Text.h"

#include <utility>

namespace hcr {

/// Empty: all is well. The text names module, symbol and remedy, starts in
/// lower case and has no full stop.
class [[nodiscard]] Error {
public:
  Error() = default;
  explicit Error(std::string Text) : Text(std::move(Text)) {}
  explicit operator bool() const { return !Text.empty(); }
  const std::string &text() const { return Text; }

private:
  std::string Text;
};

} // namespace hcr

#endif
