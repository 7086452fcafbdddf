// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_SYS_MEMORY_H
#define HCR_SYS_MEMORY_H

#include <cstddef>
#include <vector>

namespace hcr::sys {

/// Read-only pages that are writable for a moment.
class WritablePages {
public:
  WritablePages() = default;
  ~WritablePages() { close(); }
  WritablePages(const WritablePages &) = delete;
  WritablePages &operator=(const WritablePages &) = delete;

  /// Makes the pages of these places writable, where they are not. Returns
  /// errno, and then changes nothing; EACCES for a page of code.
  int open(const std::vector<void **> &Places);
  /// As they were before.
  void close();

private:
  std::vector<char *> Pages;
};

} // namespace hcr::sys

#endif
