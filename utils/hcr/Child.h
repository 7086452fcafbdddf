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
  // threads inherit that. Its standard output is ours unless StandardOutput
  // names another file.
  static llvm::Expected<Child>
  start(const std::string &Path, const std::vector<std::string> &Words,
        const std::vector<std::string> &Environment, int StandardOutput = -1);
  pid_t pid() const { return Pid; }
  // Passes signals on until it ends; returns its exit code, 128 + N after a
  // signal. After Limit milliseconds (-1: never) it is killed; TimedOut says
  // so.
  int wait(int64_t Limit, bool &TimedOut);
  int wait() {
    bool TimedOut;
    return wait(-1, TimedOut);
  }

private:
  bool ended(int &Code);
  void pass(int Signal, bool FromTerminal);

  pid_t Pid = -1;
  Descriptor Signals;
};

} // namespace hcr
#endif
