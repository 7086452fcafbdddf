// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The two kinds of code that the runtime makes, one page of each at a time.
//
// A block is a code page and the data page behind it. Code reaches its data by
// a fixed distance, so all stubs of a page are written when the page is made;
// afterwards it is executable and never writable again, and only data changes.
#ifndef HCR_ARCH_STUBS_H
#define HCR_ARCH_STUBS_H

#include <cstddef>
#include <cstdint>

namespace hcr::arch {

constexpr size_t PageSize = 4096;
/// Bytes of a block: code page, data page.
constexpr size_t BlockSize = 2 * PageSize;

/// Trampolines: `jump to what the cell holds`. Cells are pointers. The first
/// place of a page stays empty: callers compiled with -fsanitize=function or
/// kcfi read the bytes in front of a function.
constexpr unsigned TrampolinesPerBlock = 255;
void writeTrampolines(void *Block);
void *trampolineAt(void *Block, unsigned Index);
void **trampolineCell(void *Block, unsigned Index);

/// What a notice stub knows. Body is where the call goes in the end; Told is
/// set after the first call, then the stub is a plain jump.
struct NoticeCell {
  void *Body;
  void *Context; // lowest bit set once told
};

/// Notice stubs: on the first call, call Report(cell, return address) with
/// every argument register saved, then (and at once on later calls) jump to
/// cell.Body.
constexpr unsigned NoticesPerBlock = 255;
void writeNotices(void *Block, void (*Report)(NoticeCell *, uintptr_t));
void *noticeAt(void *Block, unsigned Index);
NoticeCell *noticeCell(void *Block, unsigned Index);

/// A function that does nothing and returns 0 in every register of a result.
void *nothing();

} // namespace hcr::arch

#endif
