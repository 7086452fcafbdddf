// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Chosen.h"
#include "Commands.h"
#include "Control.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace hcr {

// The modules of the variables, as the process knows them; their images have
// to be there before they can be loaded again.
static Expected<StringSet<>> modulesOf(Control &Line,
                                       ArrayRef<std::string> Variables) {
  StringSet<> Modules;
  for (const std::string &Name : Variables) {
    Expected<json::Object> Answer = Line.ask("variable " + Name);
    if (!Answer)
      return Answer.takeError();
    std::optional<StringRef> Module = Answer->getString("module");
    if (!Module)
      return failure(Answer->getString("error").value_or("no answer"));
    Modules.insert(*Module);
  }
  return std::move(Modules);
}

static Error buildImages(const Program &P, const CommandLine &Line,
                         StringSet<> Needed, const Report &Out) {
  Expected<Modules> Found = findModules(P, discoveryOptions(Line));
  if (!Found)
    return Found.takeError();
  for (const auto &Name : Needed)
    if (!Found->Known.count(Name.getKey().str()))
      return failure("no compile command known for module '" + Name.getKey() +
                     "'; compile it with hcr-cc, or give "
                     "--compile-commands=DIR");
  Generators Writers(P, *Found, buildOptions(Line), Out);
  Builder B(P, std::move(*Found), buildOptions(Line), Out);
  Expected<Generators::Outcome> Written = Writers.update(B);
  if (!Written)
    return Written.takeError();
  Expected<BuildResult> Result = Written->Failed
                                     ? failedBuild(*Written)
                                     : B.buildModules(std::move(Needed));
  if (!Result)
    return Result.takeError();
  if (Result->Failed)
    return failure("the new initial value does not compile; nothing was "
                   "replaced");
  return Error::success();
}

static Expected<json::Object> ask(const Program &P, pid_t Pid,
                                  const CommandLine &Line, const Report &Out) {
  Expected<Control> Process = Control::connect(P, Pid);
  if (!Process)
    return Process.takeError();
  if (Line.Reinit.empty())
    return Process->ask(Line.Force ? "reload force" : "reload");
  Expected<StringSet<>> Needed = modulesOf(*Process, Line.Reinit);
  if (!Needed)
    return Needed.takeError();
  if (Error E = buildImages(P, Line, std::move(*Needed), Out))
    return std::move(E);
  return Process->ask("reload reinit " + join(Line.Reinit, "\t"));
}

// One process; returns whether the reload was not refused.
static bool reloadOne(const Program &P, pid_t Pid, const CommandLine &Line,
                      const Report &Out) {
  Expected<json::Object> Answer = ask(P, Pid, Line, Out);
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
    Text += (A.Result.empty()            ? ""
             : A.Result == "rolled_back" ? "rolled back: "
                                         : "refused: ") +
            A.Message;
  bool IsRefusal = !Good && A.Result != "rolled_back";
  json::Object Event{{"event", IsRefusal ? "refused" : A.Result}, {"pid", Pid}};
  Event["reload"] = std::move(*Answer);
  Out.event(Text, std::move(Event));
  Out.notes(A.Notes);
  return Good;
}

int reloadCommand(const CommandLine &Line, Report &Out) {
  int Code;
  std::optional<Chosen> Which = choose(Line, "hcr reload PROGRAM", Out, Code);
  if (!Which)
    return Code;
  if (Which->Processes.empty()) {
    Out.error("no running process of '" + Which->P.Path +
              "' listens; start it with hcr run, or let it call hcr_listen()");
    return 1;
  }
  Expected<Modules> Found = findModules(Which->P, discoveryOptions(Line));
  if (!Found)
    consumeError(Found.takeError());
  else if (Found->areInNim())
    Out.speakNim();
  bool Good = true;
  for (pid_t Pid : Which->Processes)
    Good &= reloadOne(Which->P, Pid, Line, Out);
  return Good ? 0 : 1;
}

} // namespace hcr
