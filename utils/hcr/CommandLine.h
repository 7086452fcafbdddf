// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the user asked of one command.
#ifndef HCR_UTILS_COMMANDLINE_H
#define HCR_UTILS_COMMANDLINE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace hcr {

// The bits that Options.td names.
enum CommandBit : unsigned {
  Build = 1 << 8,
  Run = 1 << 9,
  Reload = 1 << 10,
  Status = 1 << 11,
  Stress = 1 << 12,
  Link = 1 << 13,
  Nim = 1 << 14
};

struct CommandLine {
  bool Help = false, Version = false, Json = false, Quiet = false;
  bool NoRollback = false;
  bool Verbose = false, Force = false, Reuse = false;
  unsigned Jobs = 0;
  std::string Directory, CompileCommands, Linker, Output, Expect, Types;
  std::vector<std::string> Images, Reinit;
  std::optional<unsigned> Poll, Interval, Reloads, Seed, TimeLimit, Pid;
  // PROGRAM and what belongs to it: files to build, objects to link.
  std::vector<std::string> Operands;
  // Everything after PROGRAM (run, stress) or after `--` (link), and
  // all words of `hcr nim`, untouched.
  std::vector<std::string> Rest;

  // An error means wrong usage.
  static llvm::Expected<CommandLine> parse(llvm::ArrayRef<const char *> Words,
                                           CommandBit Command);
};

void printOptions(llvm::raw_ostream &Out, const char *Usage, const char *Title,
                  CommandBit Command);

} // namespace hcr
#endif
