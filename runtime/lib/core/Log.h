// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// HCR_LOG: the trace of each step, and the only thing the runtime ever prints.
#ifndef HCR_CORE_LOG_H
#define HCR_CORE_LOG_H

#include "../sys/Process.h"

#include <atomic>

namespace hcr {

class Log {
public:
  /// `1` or `stderr`, else the name of a file to append to; null: off.
  void open(const char *Where);
  bool enabled() const { return On.load(std::memory_order_relaxed); }
  [[gnu::format(printf, 2, 3)]] void operator()(const char *Pattern, ...);

  /// In the child of a fork.
  /// Around a fork, so that no other thread is cut in half by it.
  void lock() { Lock.lock(); }
  void unlock() { Lock.unlock(); }
  void renewLock() { Lock.renew(); }

private:
  void write(std::string_view Line);
  std::atomic<bool> On = false;
  sys::Mutex Lock; // of Descriptor, when the file must be opened again
  std::string Path;
  int Descriptor = -1;
  sys::FileId File;
};

} // namespace hcr

#endif
