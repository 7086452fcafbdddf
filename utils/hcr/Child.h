// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The user's program, run as if hcr were not there: same terminal, same
// process group, signals passed on, its end is our end.
#ifndef HCR_UTILS_CHILD_H
#define HCR_UTILS_CHILD_H

#include "Program.h"
#include <csignal>
#include <vector>

namespace hcr {

class Child {
public:
  // Starts it. Call before any thread exists: signals are blocked here, and
  // threads inherit that.
  static llvm::Expected<Child>
  start(const std::string &Path, const std::vector<std::string> &Words,
        const std::vector<std::string> &Environment);
  pid_t pid() const { return Pid; }
  // Passes signals on until it ends; returns its exit code, 128 + N after a
  // signal.
  int wait();

private:
  bool ended(int &Code);
  void pass(int Signal, bool FromTerminal);

  pid_t Pid = -1;
  Descriptor Signals;
};

} // namespace hcr
#endif
