// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gives out the stubs that arch/ writes, one by one.
#ifndef HCR_CORE_STUBS_H
#define HCR_CORE_STUBS_H

#include "../arch/Records.h"
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
  using ReportFn = void (*)(arch::NoticeCell *, uintptr_t Return);
  explicit Notices(ReportFn Report) : Report(Report) {}
  ~Notices();
  bool reserve(size_t More);
  void *make(void *Body, void *Context, arch::NoticeCell *&Cell);

private:
  ReportFn Report;
  std::vector<void *> Blocks;
  size_t Made = 0;
};

/// Entries that note how a function was called (arch/Records.h).
class Thunks {
public:
  ~Thunks();
  /// Null: no memory.
  void *make(arch::ThunkCell *&Cell);

private:
  std::vector<void *> Blocks;
  size_t Made = 0;
};

} // namespace hcr

#endif
