// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Stubs.h"

#include "../sys/Library.h"

namespace hcr {

/// The block for stub number Made, written and made executable if it is the
/// first of its block. Stubs are given out only after that.
template <class WriteFn>
static void *blockFor(std::vector<void *> &Blocks, size_t Made,
                      unsigned PerBlock, WriteFn Write) {
  if (Made / PerBlock < Blocks.size())
    return Blocks.back();
  void *Block = sys::allocatePages(arch::BlockSize);
  if (!Block)
    return nullptr;
  Write(Block);
  if (!sys::makeExecutable(Block, arch::PageSize)) {
    sys::releasePages(Block, arch::BlockSize);
    return nullptr;
  }
  Blocks.push_back(Block);
  return Block;
}

static void release(std::vector<void *> &Blocks) {
  for (void *Block : Blocks)
    sys::releasePages(Block, arch::BlockSize);
}

Trampolines::~Trampolines() { release(Blocks); }

void *Trampolines::make(void *Target, void **&Cell) {
  void *Block =
      blockFor(Blocks, Made, arch::TrampolinesPerBlock, arch::writeTrampolines);
  if (!Block)
    return nullptr;
  unsigned Index = Made++ % arch::TrampolinesPerBlock;
  Cell = arch::trampolineCell(Block, Index);
  __atomic_store_n(Cell, Target, __ATOMIC_RELEASE);
  return arch::trampolineAt(Block, Index);
}

Notices::~Notices() { release(Blocks); }

void *Notices::make(void *Body, void *Context, arch::NoticeCell *&Cell) {
  void *Block =
      blockFor(Blocks, Made, arch::NoticesPerBlock,
               [this](void *Pages) { arch::writeNotices(Pages, Report); });
  if (!Block)
    return nullptr;
  unsigned Index = Made++ % arch::NoticesPerBlock;
  Cell = arch::noticeCell(Block, Index);
  __atomic_store_n(&Cell->Body, Body, __ATOMIC_RELAXED);
  __atomic_store_n(&Cell->Context, Context, __ATOMIC_RELEASE);
  return arch::noticeAt(Block, Index);
}

} // namespace hcr
