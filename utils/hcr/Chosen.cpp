// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Chosen.h"

using namespace llvm;

namespace hcr {

std::optional<Chosen> choose(const CommandLine &Line, StringRef Usage,
                             const Report &Out, int &Code) {
  if (Line.Operands.size() + Line.Pid.has_value() != 1) {
    Out.error("one program or --pid needed; usage: " + Usage);
    Code = 2;
    return std::nullopt;
  }
  Expected<Program> P =
      Line.Pid ? Program::ofProcess(pid_t(*Line.Pid), Line.Directory)
               : Program::open(Line.Operands[0], Line.Directory);
  if (!P) {
    Out.error(P.takeError());
    Code = 1;
    return std::nullopt;
  }
  std::vector<pid_t> Processes;
  if (Line.Pid)
    Processes = {pid_t(*Line.Pid)};
  else
    Processes = P->liveProcesses();
  return Chosen{std::move(*P), std::move(Processes)};
}

} // namespace hcr
