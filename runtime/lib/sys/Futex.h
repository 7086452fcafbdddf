// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Waiting for a word to change, by system calls alone; in a signal handler,
// too. Linux only.
#ifndef HCR_SYS_FUTEX_H
#define HCR_SYS_FUTEX_H

#include <atomic>
#include <climits>
#include <cstdint>
#include <ctime>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace hcr::sys {

/// Returns when somebody wakes, at once if the word is not While, or when the
/// time (0: for ever) is over.
inline void futexWait(std::atomic<uint32_t> &Word, uint32_t While,
                      uint64_t Nanoseconds) {
  timespec Time = {static_cast<time_t>(Nanoseconds / 1'000'000'000),
                   static_cast<long>(Nanoseconds % 1'000'000'000)};
  syscall(SYS_futex, &Word, FUTEX_WAIT_PRIVATE, While,
          Nanoseconds ? &Time : nullptr, nullptr, 0);
}

inline void futexWake(std::atomic<uint32_t> &Word) {
  syscall(SYS_futex, &Word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

} // namespace hcr::sys

#endif
