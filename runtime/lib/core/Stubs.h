// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gives out the stubs that arch/ writes, one by one.
#ifndef HCR_CORE_STUBS_H
#define HCR_CORE_STUBS_H

#include "../arch/Stubs.h"

#include <vector>

namespace hcr {

/// Stable entries of functions that first appear in an image.
class Trampolines {
public:
  ~Trampolines();
  /// The next More of them cannot fail.
  bool reserve(size_t More);
  /// An entry that jumps to what Cell holds, Target for now. Null: no memory.
  void *make(void *Target, void **&Cell);
  size_t count() const { return Made; }

private:
  std::vector<void *> Blocks;
  size_t Made = 0;
};

/// Entries of functions that are gone: report the first call, run Body.
class Notices {
public:
  explicit Notices(void (*Report)(arch::NoticeCell *)) : Report(Report) {}
  ~Notices();
  bool reserve(size_t More);
  void *make(void *Body, void *Context, arch::NoticeCell *&Cell);

private:
  void (*Report)(arch::NoticeCell *);
  std::vector<void *> Blocks;
  size_t Made = 0;
};

} // namespace hcr

#endif
