// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Commands.h"
#include "Control.h"

using namespace llvm;

namespace hcr {

// One process; returns whether the reload was not refused.
static bool reloadOne(const Program &P, pid_t Pid, bool Force,
                      const Report &Out) {
  Expected<Control> Line = Control::connect(P, Pid);
  Expected<json::Object> Answer =
      Line ? Line->ask(Force ? "reload force" : "reload") : Line.takeError();
  if (!Answer) {
    Out.error(Answer.takeError());
    return false;
  }
  ReloadAnswer A = readAnswer(*Answer);
  bool Good = A.Result == "reloaded" || A.Result == "unchanged";
  std::string Text = "process " + std::to_string(Pid) + ": ";
  if (A.Result == "reloaded")
    Text += "reloaded " + A.What + " in " + milliseconds(A.Total) +
            " ms, generation " + std::to_string(A.Generation);
  else if (Good)
    Text += "unchanged";
  else
    Text += (A.Result.empty() ? "" : "refused: ") + A.Message;
  json::Object Event{{"event", Good ? A.Result : "refused"}, {"pid", Pid}};
  Event["reload"] = std::move(*Answer);
  Out.event(Text, std::move(Event));
  if (!Out.isJson())
    for (const std::string &Note : A.Notes)
      Out.event("note: " + Note, {});
  return Good;
}

int reloadCommand(const CommandLine &Line, const Report &Out) {
  if (Line.Operands.size() + Line.Pid.has_value() != 1) {
    Out.error("one program or --pid needed; usage: hcr reload PROGRAM");
    return 2;
  }
  Expected<Program> P =
      Line.Pid ? Program::ofProcess(pid_t(*Line.Pid), Line.Directory)
               : Program::open(Line.Operands[0], Line.Directory);
  if (!P) {
    Out.error(P.takeError());
    return 1;
  }
  std::vector<pid_t> Processes = P->liveProcesses();
  if (Line.Pid)
    Processes = {pid_t(*Line.Pid)};
  if (Processes.empty()) {
    Out.error("no running process of '" + P->Path +
              "' listens; start it with hcr run, or let it call hcr_listen()");
    return 1;
  }
  bool Good = true;
  for (pid_t Pid : Processes)
    Good &= reloadOne(*P, Pid, Line.Force, Out);
  return Good ? 0 : 1;
}

} // namespace hcr
