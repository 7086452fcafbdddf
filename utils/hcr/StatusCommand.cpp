// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Chosen.h"
#include "Commands.h"
#include "Control.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace hcr {

static json::Object lastResult(const Program &P) {
  Expected<std::string> Text = readFile(P.file("status"));
  if (!Text) {
    consumeError(Text.takeError());
    return {};
  }
  Expected<json::Object> Report = parseAnswer(*Text);
  if (Report)
    return std::move(*Report);
  consumeError(Report.takeError());
  return {};
}

static json::Array liveStatus(const Program &P,
                              const std::vector<pid_t> &Processes) {
  json::Array Result;
  for (pid_t Pid : Processes) {
    json::Object Entry{{"pid", Pid}};
    if (Expected<Control> Line = Control::connect(P, Pid)) {
      if (Expected<json::Object> Answer = Line->ask("status"))
        Entry = std::move(*Answer);
      else
        consumeError(Answer.takeError());
    } else {
      consumeError(Line.takeError());
    }
    Result.push_back(std::move(Entry));
  }
  return Result;
}

static json::Array moduleList(const Program &P, const Modules &Found) {
  std::map<std::string, JournalEntry> Journal = readJournal(P);
  json::Array Result;
  auto Add = [&](const std::string &Name, const CompileRecord *Record) {
    auto Entry = Journal.find(Name);
    auto Types = Found.Types.find(Name);
    bool HasImage = Entry != Journal.end() && !Entry->second.Gone;
    Result.push_back(json::Object{
        {"name", Name},
        {"source", Record ? json::Value(Record->sourcePath()) : nullptr},
        {"image", HasImage ? json::Value(P.image(Name)) : nullptr},
        {"types", Types == Found.Types.end() ? json::Value(nullptr)
                                             : json::Value(Types->second)}});
  };
  for (const auto &[Name, Record] : Found.Known)
    Add(Name, &Record);
  for (const std::string &Name : Found.WithoutCommand)
    Add(Name, nullptr);
  return Result;
}

// "types: clang plugin", or "types: clang plugin (2), none (1)".
static std::string typesOf(const json::Array &Modules) {
  std::map<std::string, size_t> Count;
  for (const json::Value &Module : Modules)
    if (auto Types = Module.getAsObject()->getString("types"))
      ++Count[Types->str()];
  std::string Text;
  for (const auto &[Types, Modules] : Count)
    Text += (Text.empty() ? "types: " : ", ") + Types +
            (Count.size() > 1 ? " (" + std::to_string(Modules) + ")" : "");
  return Text;
}

static void printText(raw_ostream &Out, const json::Object &Status) {
  Out << "program " << Status.getString("program").value_or("") << "\n";
  const json::Array &Modules = *Status.getArray("modules");
  size_t Images = count_if(Modules, [](const json::Value &Module) {
    return Module.getAsObject()->getString("image").has_value();
  });
  Out << plural(Modules.size(), "module") << ", " << Images
      << " with a newer image\n";
  std::string Types = typesOf(Modules);
  if (!Types.empty())
    Out << Types << "\n";
  for (const json::Value &Module : Modules) {
    const json::Object &M = *Module.getAsObject();
    StringRef Note = !M.getString("source") ? "  (no compile command)"
                     : M.getString("image") ? "  (image)"
                                            : "";
    Out << "  " << M.getString("name").value_or("") << Note;
    // Only where they differ is it worth a word for each.
    if (auto Own = M.getString("types"); Own && StringRef(Types).contains('('))
      Out << "  (types: " << *Own << ")";
    Out << "\n";
  }
  for (const json::Value &Process : *Status.getArray("processes")) {
    const json::Object &Entry = *Process.getAsObject();
    Out << "process " << Entry.getInteger("pid").value_or(0);
    if (auto Generation = Entry.getInteger("generation"))
      Out << ": generation " << *Generation << ", "
          << plural(size_t(Entry.getInteger("retired").value_or(0)),
                    "retired image");
    if (const json::Array *Loaded = Entry.getArray("modules"))
      if (std::string Own = typesOf(*Loaded); !Own.empty() && Own != Types)
        Out << ", " << Own;
    if (!Entry.getInteger("generation"))
      Out << ": does not answer";
    Out << "\n";
  }
  if (const json::Object *Last = Status.getObject("last")) {
    Out << "last reload: " << Last->getString("result").value_or("?");
    if (auto Message = Last->getString("message"); Message && !Message->empty())
      Out << ": " << *Message;
    Out << "\n";
  }
}

int statusCommand(const CommandLine &Line, Report &Out) {
  int Code;
  std::optional<Chosen> Which = choose(Line, "hcr status PROGRAM", Out, Code);
  if (!Which)
    return Code;
  const Program &P = Which->P;
  Expected<Modules> Found = findModules(P, discoveryOptions(Line));
  if (!Found) {
    Out.error(Found.takeError());
    return 1;
  }
  json::Object Last = lastResult(P);
  json::Object Status{{"program", P.Path},
                      {"directory", P.Directory},
                      {"modules", moduleList(P, *Found)},
                      {"processes", liveStatus(P, Which->Processes)}};
  if (!Last.empty())
    Status["last"] = std::move(Last);
  if (Line.Json)
    outs() << json::Value(std::move(Status)) << "\n";
  else
    printText(outs(), Status);
  return 0;
}

} // namespace hcr
