// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The program that a command is about: PROGRAM, or the one that --pid runs.
#ifndef HCR_UTILS_CHOSEN_H
#define HCR_UTILS_CHOSEN_H

#include "CommandLine.h"
#include "Program.h"
#include "Report.h"

namespace hcr {

struct Chosen {
  Program P;
  std::vector<pid_t> Processes; // that one, or all that run the program
};

// Nothing after a message; Code is then the exit code.
std::optional<Chosen> choose(const CommandLine &Line, llvm::StringRef Usage,
                             const Report &Out, int &Code);

} // namespace hcr
#endif
