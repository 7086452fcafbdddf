// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Running compilers and linkers.
#ifndef HCR_UTILS_PROCESS_H
#define HCR_UTILS_PROCESS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace hcr {

using Command = std::vector<std::string>;

struct Finished {
  int Code = 0;       // exit code, or 128 + signal
  std::string Output; // stdout and stderr, in the order written
  double Milliseconds = 0;
};

// Runs Words in Directory and waits. The child is in a process group of its
// own if asked, so that Ctrl-C for the program does not kill a compiler.
llvm::Expected<Finished>
runCaptured(const Command &Words, const std::string &Directory, bool OwnGroup);

// Kills what runs and lets nothing new start: hcr is about to end.
void stopChildren();
bool isStopping();

// Calls Job(0) ... Job(Count - 1) on up to Workers threads; returns when all
// are done.
void forEachParallel(size_t Count, unsigned Workers,
                     const std::function<void(size_t)> &Job);

unsigned processorCount();
std::string shellQuoted(const Command &Words);

// Milliseconds since this was made.
class Stopwatch {
public:
  Stopwatch();
  double milliseconds() const;

private:
  int64_t Start;
};

// From now on nothing that hcr and its compilers make can be written by every
// user: the runtime would not load it. The program gets its own mask back.
void keepOthersOut();
void restoreFileMask();

} // namespace hcr
#endif
