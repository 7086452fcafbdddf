// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Commands.h"
#include "Watcher.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace hcr {

BuildOptions buildOptions(const CommandLine &Line) {
  BuildOptions Options;
  Options.Jobs = Line.Jobs;
  Options.Linker = Line.Linker;
  Options.Verbose = Line.Verbose;
  return Options;
}

DiscoveryOptions discoveryOptions(const CommandLine &Line) {
  return {Line.Images, Line.CompileCommands, false};
}

std::string joined(const std::vector<std::string> &Names) {
  constexpr size_t Shown = 8;
  if (Names.size() <= Shown)
    return join(Names, ", ");
  return join(Names.begin(), Names.begin() + Shown, ", ") + " and " +
         std::to_string(Names.size() - Shown) + " more";
}

json::Object toJson(const BuildResult &Result) {
  json::Object Event{{"event", "build"},
                     {"built", json::Array(Result.Built)},
                     {"same", json::Array(Result.Same)},
                     {"gone", json::Array(Result.Gone)},
                     {"added", json::Array(Result.Added)},
                     {"failed", Result.Failed},
                     {"compile_ms", Result.Compile},
                     {"link_ms", Result.Link},
                     {"total_ms", Result.Total}};
  if (Result.Generate)
    Event["generate_ms"] = Result.Generate;
  return Event;
}

std::string buildTimes(const BuildResult &Result) {
  std::string Before =
      Result.Generate ? "nim " + milliseconds(Result.Generate) + ", " : "";
  return Before + "build " + milliseconds(Result.Total) + " (compile " +
         milliseconds(Result.Compile) + ", link " + milliseconds(Result.Link) +
         ")";
}

BuildResult failedBuild(const Generators::Outcome &Written) {
  BuildResult Result;
  Result.Failed = true;
  Result.Generate = Written.Milliseconds;
  return Result;
}

void startSpeaking(const Modules &Found, Report &Out) {
  if (Found.areInNim())
    Out.speakNim();
  if (Found.areInNimsCpp())
    Out.warning(
        "compiled by 'nim cpp': an edit that makes Nim number its names "
        "anew (a new local variable, a new proc) loses the state of "
        "what follows or is taken back; compile by 'nim c'");
  for (const std::string &Name : Found.WithoutCommand)
    Out.warning("no compile command known for module '" + Name +
                "'; compile it with hcr-cc, or give --compile-commands=DIR");
}

void reportGone(const BuildResult &Result, const Report &Out) {
  if (!Out.isJson())
    for (const std::string &Name : Result.Gone)
      Out.warning("source of module '" + Name +
                  "' was removed; its functions are gone from the program");
}

// What a person names becomes what the builder knows.
static Expected<std::vector<std::string>>
modulesFor(Builder &B, const Generators &Writers, ArrayRef<std::string> Files) {
  std::vector<std::string> Result;
  for (const std::string &File : Files) {
    if (!stampOf(File))
      return failure("cannot find '" + File + "'");
    if (Writers.isInput(File))
      append_range(Result, Writers.outputs(B));
    else if (looksLikeNim(File))
      return failure("'" + File +
                     "' is not a module of the program; import it in one");
    else if (looksLikeSource(File) && !B.adopt(File))
      return failure("'" + File +
                     "' is not a module of the program, and there is "
                     "no module like it to take the flags from");
    Result.push_back(File);
  }
  return Result;
}

static Expected<BuildResult> build(Builder &B, Generators &Writers,
                                   ArrayRef<std::string> Files) {
  Expected<Generators::Outcome> Written = Writers.update(B);
  if (!Written)
    return Written.takeError();
  if (Written->Failed)
    return failedBuild(*Written);
  Expected<std::vector<std::string>> Names = modulesFor(B, Writers, Files);
  if (!Names)
    return Names.takeError();
  Expected<BuildResult> Result =
      Files.empty() ? B.build() : B.buildNamed(*Names);
  if (Result && Written->Ran)
    Result->Generate = Written->Milliseconds;
  return Result;
}

int buildCommand(const CommandLine &Line, Report &Out) {
  if (Line.Operands.empty()) {
    Out.error("no program given; usage: hcr build PROGRAM [FILE...]");
    return 2;
  }
  Expected<Program> P = Program::open(Line.Operands[0], Line.Directory);
  if (!P) {
    Out.error(P.takeError());
    return 1;
  }
  Expected<Modules> Found = findModules(*P, discoveryOptions(Line));
  if (!Found) {
    Out.error(Found.takeError());
    return 1;
  }
  startSpeaking(*Found, Out);
  Generators Writers(*P, *Found, buildOptions(Line), Out);
  Builder B(*P, std::move(*Found), buildOptions(Line), Out);
  Expected<BuildResult> Result =
      build(B, Writers, ArrayRef(Line.Operands).drop_front());
  if (!Result) {
    Out.error(Result.takeError());
    return 1;
  }
  if (Result->Failed) {
    Out.event("nothing was replaced", toJson(*Result));
    return 1;
  }
  reportGone(*Result, Out);
  if (!Result->Built.empty())
    Out.event("built " + joined(Result->Built) + " in " +
                  milliseconds(Result->Generate + Result->Total) + " ms (" +
                  (Result->Generate
                       ? "nim " + milliseconds(Result->Generate) + ", "
                       : "") +
                  "compile " + milliseconds(Result->Compile) + ", link " +
                  milliseconds(Result->Link) + ")",
              toJson(*Result));
  else
    Out.event("unchanged", toJson(*Result));
  return 0;
}

} // namespace hcr
