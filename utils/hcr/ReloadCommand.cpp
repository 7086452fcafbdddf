// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Chosen.h"
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
  int Code;
  std::optional<Chosen> Which = choose(Line, "hcr reload PROGRAM", Out, Code);
  if (!Which)
    return Code;
  if (Which->Processes.empty()) {
    Out.error("no running process of '" + Which->P.Path +
              "' listens; start it with hcr run, or let it call hcr_listen()");
    return 1;
  }
  bool Good = true;
  for (pid_t Pid : Which->Processes)
    Good &= reloadOne(Which->P, Pid, Line.Force, Out);
  return Good ? 0 : 1;
}

} // namespace hcr
