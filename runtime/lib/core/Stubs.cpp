// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Stubs.h"

#include "../sys/Library.h"

namespace hcr {

/// Blocks for this many stubs, written and made executable. Stubs are given out
/// only after that.
template <class WriteFn>
static bool makeBlocks(std::vector<void *> &Blocks, size_t Stubs,
                       unsigned PerBlock, WriteFn Write) {
  while (Blocks.size() * PerBlock < Stubs) {
    void *Block = sys::allocatePages(arch::BlockSize);
    if (!Block)
      return false;
    Write(Block);
    if (!sys::makeExecutable(Block, arch::PageSize)) {
      sys::releasePages(Block, arch::BlockSize);
      return false;
    }
    Blocks.push_back(Block);
  }
  return true;
}

static void release(std::vector<void *> &Blocks) {
  for (void *Block : Blocks)
    sys::releasePages(Block, arch::BlockSize);
}

Trampolines::~Trampolines() { release(Blocks); }

bool Trampolines::reserve(size_t More) {
  return makeBlocks(Blocks, Made + More, arch::TrampolinesPerBlock,
                    arch::writeTrampolines);
}

void *Trampolines::make(void *Target, void **&Cell) {
  if (!reserve(1))
    return nullptr;
  void *Block = Blocks[Made / arch::TrampolinesPerBlock];
  unsigned Index = Made++ % arch::TrampolinesPerBlock;
  Cell = arch::trampolineCell(Block, Index);
  __atomic_store_n(Cell, Target, __ATOMIC_RELEASE);
  return arch::trampolineAt(Block, Index);
}

Notices::~Notices() { release(Blocks); }

bool Notices::reserve(size_t More) {
  return makeBlocks(Blocks, Made + More, arch::NoticesPerBlock,
                    [this](void *Pages) { arch::writeNotices(Pages, Report); });
}

void *Notices::make(void *Body, void *Context, arch::NoticeCell *&Cell) {
  if (!reserve(1))
    return nullptr;
  void *Block = Blocks[Made / arch::NoticesPerBlock];
  unsigned Index = Made++ % arch::NoticesPerBlock;
  Cell = arch::noticeCell(Block, Index);
  __atomic_store_n(&Cell->Body, Body, __ATOMIC_RELAXED);
  __atomic_store_n(&Cell->Context, Context, __ATOMIC_RELEASE);
  return arch::noticeAt(Block, Index);
}

Thunks::~Thunks() { release(Blocks); }

void *Thunks::make(arch::ThunkCell *&Cell) {
  if (!makeBlocks(Blocks, Made + 1, arch::ThunksPerBlock, arch::writeThunks))
    return nullptr;
  void *Block = Blocks[Made / arch::ThunksPerBlock];
  unsigned Index = Made++ % arch::ThunksPerBlock;
  Cell = arch::thunkCell(Block, Index);
  return arch::thunkAt(Block, Index);
}

} // namespace hcr
