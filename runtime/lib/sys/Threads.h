// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The other threads of the process, held still for a moment.
//
// Only for what cannot be done beside running threads: to look for the last
// references to code that is to be unmapped. A thread is held by a signal,
// whose handler waits; a system call that is not restarted after a handler
// (poll, epoll_wait, nanosleep) returns early then. A reload never does this.
#ifndef HCR_SYS_THREADS_H
#define HCR_SYS_THREADS_H

#include <cstddef>
#include <cstdint>
#include <string>

namespace hcr::sys {

class HeldThreads {
public:
  HeldThreads() = default;
  ~HeldThreads() { release(); }
  HeldThreads(const HeldThreads &) = delete;
  HeldThreads &operator=(const HeldThreads &) = delete;

  /// Holds every thread but this one and those of startThread(). On failure
  /// none is held, and Why says which thread could not be.
  ///
  /// Until release() nothing may be allocated and no lock taken that another
  /// thread can have.
  bool hold(std::string &Why);
  void release();

  /// The lowest address in use of the stack that lies in [Begin, End), with
  /// the registers of its thread above it; 0 if it is no held stack.
  uintptr_t stackStart(uintptr_t Begin, uintptr_t End) const;
  /// The thread whose stack begins at \p At or is the next one below it; the
  /// calling thread's begins at \p Own (0: it has none).
  int threadAt(uintptr_t At, uintptr_t Own) const;
  size_t size() const { return Count; }

private:
  size_t Count = 0;
  bool Holding = false;
};

} // namespace hcr::sys

#endif
