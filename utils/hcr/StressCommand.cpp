// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// hcr stress: two images of every module, one -O0 and one -O2, put in turn
// under the running program. Its output must not change.
//
// Everything happens in a directory of its own (HCR_DIR), the images that the
// user works with stay as they are. Three threads: the main one is the
// program's parent, one reloads, and with --expect one compares the output.
#include "Child.h"
#include "Commands.h"
#include "Control.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <random>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

using namespace llvm;

namespace hcr {

namespace {
struct Variant {
  std::string Level;
  Program P; // with the directory of its images
  std::map<std::string, JournalEntry> Images;
};

// Reloads until it is told to stop.
class Stresser {
public:
  Stresser(const CommandLine &Line, const Program &Run,
           std::vector<Variant> Variants, const Report &Out)
      : Line(Line), Run(Run), Variants(std::move(Variants)), Out(Out),
        Random(Line.Seed.value_or(0)) {}
  void loop(pid_t Pid, int Stop);
  unsigned reloads() const { return Reloads; }
  bool refused() const { return Refused; }

private:
  unsigned limit() const;
  Error install();
  bool answer(Control &Connection);

  const CommandLine &Line;
  const Program &Run;
  std::vector<Variant> Variants;
  const Report &Out;
  std::mt19937 Random; // the same numbers everywhere
  unsigned Round = 0, Reloads = 0;
  std::string What; // the reload under way, for people
  bool Refused = false;
};

// Passes the program's output on and compares it.
class Comparer {
public:
  Comparer(std::string Expected) : Expected(std::move(Expected)) {}
  void loop(int Input, int Stop);
  // Says what differs; empty if nothing does. Once the program has ended.
  std::string difference() const;

private:
  bool take(int Input);
  std::string Expected;
  size_t Seen = 0;
  std::optional<size_t> Wrong; // first byte that is not as expected
};
} // namespace

static bool stopped(int Stop, int Milliseconds) {
  pollfd Wait = {Stop, POLLIN, 0};
  return ::poll(&Wait, 1, Milliseconds) > 0;
}

//===-- Reloads -----------------------------------------------------------===//

// Retired images stay mapped, each with four mappings or five. The program
// keeps a quarter of what the kernel allows for itself.
unsigned Stresser::limit() const {
  unsigned Mappings = 65530;
  if (Expected<std::string> Text = readFile("/proc/sys/vm/max_map_count"))
    StringRef(*Text).trim().getAsInteger(10, Mappings);
  else
    consumeError(Text.takeError());
  size_t Modules = std::max<size_t>(Variants[0].Images.size(), 1);
  unsigned Possible = unsigned(Mappings / 4 * 3 / 5 / Modules);
  return std::min(Line.Reloads.value_or(~0u), std::max(Possible, 1u));
}

// Puts the images of the next reload in place.
Error Stresser::install() {
  std::vector<std::pair<StringRef, const Variant *>> Chosen;
  const Variant &Next = Variants[Round % Variants.size()];
  What = Next.Level + " of every module";
  if (!Line.Seed)
    for (const auto &[Name, Entry] : Next.Images)
      Chosen.push_back({Name, &Next});
  // A draw may leave all modules out.
  while (Line.Seed && Chosen.empty()) {
    What.clear();
    for (const auto &[Name, Entry] : Next.Images) {
      unsigned Draw = Random() % (2 * Variants.size());
      if (Draw >= Variants.size())
        continue;
      Chosen.push_back({Name, &Variants[Draw]});
      What += (What.empty() ? "" : ", ") + Variants[Draw].Level + " of " + Name;
    }
  }
  std::vector<JournalEntry> Entries;
  for (auto [Name, V] : Chosen) {
    std::string Target = Run.image(Name), Aside = Target + ".tmp";
    unlink(Aside.c_str());
    if (link(V->P.image(Name).c_str(), Aside.c_str()) != 0 ||
        rename(Aside.c_str(), Target.c_str()) != 0)
      return systemFailure("cannot write '" + Target + "'", errno);
    // Renaming one link of a file over another does nothing.
    unlink(Aside.c_str());
    Entries.push_back(V->Images.at(Name.str()));
  }
  return appendJournal(Run, Entries);
}

// Returns false when there is nothing more to do.
bool Stresser::answer(Control &Connection) {
  Expected<json::Object> Answer = Connection.ask("reload");
  if (!Answer) {
    consumeError(Answer.takeError()); // the program has ended
    return false;
  }
  ReloadAnswer A = readAnswer(*Answer);
  if (A.Result == "unchanged")
    return true;
  ++Reloads;
  if (A.Result == "reloaded")
    return true;
  Refused = true;
  Out.event("reload " + Twine(Reloads) + " (" + What +
                ") was refused: " + A.Message,
            json::Object{{"event", "refused"},
                         {"number", Reloads},
                         {"images", What},
                         {"reload", std::move(*Answer)}});
  return false;
}

void Stresser::loop(pid_t Pid, int Stop) {
  std::optional<Control> Connection;
  while (!Connection && !stopped(Stop, 1)) {
    if (Expected<Control> C = Control::connect(Run, Pid))
      Connection.emplace(std::move(*C));
    else
      consumeError(C.takeError());
  }
  unsigned Limit = limit();
  for (; Connection && Reloads < Limit; ++Round) {
    if (Error E = install()) {
      Out.error(std::move(E));
      Refused = true;
      return;
    }
    if (!answer(*Connection) || stopped(Stop, int(Line.Interval.value_or(5))))
      return;
  }
}

//===-- Output ------------------------------------------------------------===//

// Returns false at the end of the output.
bool Comparer::take(int Input) {
  char Buffer[65536];
  ssize_t Count = read(Input, Buffer, sizeof(Buffer));
  if (Count < 0 && (errno == EINTR || errno == EAGAIN))
    return errno == EINTR;
  if (Count <= 0)
    return false;
  StringRef Text(Buffer, size_t(Count));
  consumeError(writeAll(STDOUT_FILENO, Text, "standard output"));
  StringRef Same = StringRef(Expected).substr(Seen);
  for (size_t I = 0; I != Text.size() && !Wrong; ++I)
    if (I >= Same.size() || Same[I] != Text[I])
      Wrong = Seen + I;
  Seen += Text.size();
  return true;
}

void Comparer::loop(int Input, int Stop) {
  pollfd Wait[] = {{Input, POLLIN, 0}, {Stop, POLLIN, 0}};
  while (::poll(Wait, 2, -1) < 0 || Wait[1].revents == 0)
    if (Wait[0].revents && !take(Input))
      return;
  // The program has ended. A process that it left behind may hold the pipe, so
  // only what is in it now belongs to the program.
  fcntl(Input, F_SETFL, O_NONBLOCK);
  while (take(Input))
    ;
}

std::string Comparer::difference() const {
  if (!Wrong && Seen == Expected.size())
    return "";
  size_t At = Wrong.value_or(Seen);
  size_t Row = 1 + StringRef(Expected).take_front(At).count('\n');
  if (!Wrong)
    return "the output ends in line " + std::to_string(Row) +
           " of the expected one";
  return "the output differs from line " + std::to_string(Row) +
         " of the expected one";
}

//===-- The command -------------------------------------------------------===//

static Variant makeVariant(const Program &P, StringRef Level) {
  Variant V;
  V.Level = Level.str();
  V.P = P;
  V.P.Directory = P.file("build/stress/" + Level.drop_front());
  return V;
}

static Expected<Variant> buildVariant(const Program &P, const Modules &Found,
                                      BuildOptions Options, StringRef Level,
                                      const Report &Out) {
  Variant V = makeVariant(P, Level);
  Options.Everything = true;
  Options.ExtraArguments = {Level.str()};
  Builder B(V.P, Found, Options, Out);
  Expected<BuildResult> Result = B.build();
  if (!Result)
    return Result.takeError();
  if (Result->Failed)
    return failure("cannot build every module with " + Level);
  V.Images = readJournal(V.P);
  return V;
}

// The images of both levels, with the id of the program that they are for.
static Expected<std::vector<Variant>> variants(const Program &P,
                                               const Modules &Found,
                                               const CommandLine &Line,
                                               const Report &Out) {
  constexpr StringRef Levels[] = {"-O0", "-O2"};
  std::vector<Variant> Variants;
  std::string Mark = P.file("build/stress/program");
  std::string Id = std::to_string(P.Id);
  if (Line.Reuse) {
    Expected<std::string> Old = readFile(Mark);
    bool Good = Old && *Old == Id;
    if (!Old)
      consumeError(Old.takeError());
    for (StringRef Level : Levels) {
      Variant &V = Variants.emplace_back(makeVariant(P, Level));
      V.Images = readJournal(V.P);
    }
    if (!Good)
      return failure("no images of this build of '" + P.Path +
                     "' to use again; leave out --reuse");
    return Variants;
  }
  sys::fs::remove(Mark);
  for (StringRef Level : Levels) {
    sys::fs::remove_directories(P.file("build/stress/" + Level.drop_front()));
    Expected<Variant> V =
        buildVariant(P, Found, buildOptions(Line), Level, Out);
    if (!V)
      return V.takeError();
    Variants.push_back(std::move(*V));
  }
  if (Error E = replaceFile(Mark, Id))
    return std::move(E);
  return Variants;
}

static Error prepareDirectory(const Program &Run, const Modules &Found) {
  if (Error E = makeDirectory(Run.Directory))
    return E;
  for (const auto &[Name, Record] : Found.Known)
    if (Error E = makeDirectory(sys::path::parent_path(Run.image(Name)).str()))
      return E;
  return Error::success();
}

// Runs the program to its end under S; the exit code of the command.
static Expected<int> runUnder(Stresser &S, const CommandLine &Line,
                              const Program &Run, size_t Modules,
                              const Report &Out) {
  std::optional<Comparer> Output;
  Descriptor Reader, Writer;
  if (!Line.Expect.empty()) {
    Expected<std::string> Text = readFile(Line.Expect);
    if (!Text)
      return Text.takeError();
    Output.emplace(std::move(*Text));
    int Pipe[2];
    if (pipe2(Pipe, O_CLOEXEC) != 0)
      return systemFailure("cannot make a pipe", errno);
    Reader.reset(Pipe[0]);
    Writer.reset(Pipe[1]);
  }
  Stopwatch Watch;
  Expected<Child> Started = Child::start(
      executablePath(Line.Operands[0]), Line.Rest,
      // A crash is what this looks for.
      {"HCR_CONTROL=1", "HCR_ROLLBACK=0", "HCR_DIR=" + Run.Directory},
      Writer.get());
  if (!Started)
    return Started.takeError();
  Writer.reset();
  Descriptor Stop(eventfd(0, EFD_CLOEXEC));
  std::thread Worker([&] { S.loop(Started->pid(), Stop.get()); });
  std::thread Passing;
  if (Output)
    Passing = std::thread([&] { Output->loop(Reader.get(), Stop.get()); });
  bool TimedOut;
  int Code = Started->wait(
      Line.TimeLimit ? int64_t(*Line.TimeLimit) * 1000 : -1, TimedOut);
  uint64_t One = 1;
  (void)!write(Stop.get(), &One, sizeof(One));
  Worker.join();
  if (Output)
    Passing.join();

  std::string Difference = Output ? Output->difference() : "";
  double Seconds = Watch.milliseconds() / 1000;
  StringRef Result = TimedOut              ? "time limit"
                     : S.refused()         ? "refused"
                     : !Difference.empty() ? "different"
                     : Output              ? "equal"
                                           : "ended";
  std::string Text = plural(S.reloads(), "reload") + " of " +
                     plural(Modules, "module") + " in " +
                     milliseconds(Seconds) + " s, ";
  if (TimedOut)
    Text += "killed at the time limit";
  else
    Text += "exit code " + std::to_string(Code);
  if (S.refused())
    Text += ", the last reload was refused";
  if (!Difference.empty())
    Text += ", " + Difference;
  else if (Output)
    Text += ", output as expected";
  Out.event(Text, json::Object{{"event", "stress"},
                               {"result", Result},
                               {"message", Difference},
                               {"reloads", S.reloads()},
                               {"modules", int64_t(Modules)},
                               {"refused", S.refused()},
                               {"code", Code},
                               {"seconds", Seconds}});
  if (S.reloads() == 0)
    Out.warning("the program ended before the first reload");
  return TimedOut || S.refused() || !Difference.empty() ? 1 : Code;
}

int stressCommand(const CommandLine &Line, Report &Out) {
  if (Line.Operands.empty()) {
    Out.error("no program given; usage: hcr stress PROGRAM [ARGUMENT...]");
    return 2;
  }
  auto Fail = [&](Error E) {
    Out.error(std::move(E));
    return 1;
  };
  Expected<Program> P = Program::open(Line.Operands[0], "");
  if (!P)
    return Fail(P.takeError());
  DiscoveryOptions Discovery = discoveryOptions(Line);
  Discovery.NeedsRuntime = true;
  Expected<Modules> Found = findModules(*P, Discovery);
  if (!Found)
    return Fail(Found.takeError());
  if (!Found->WithoutCommand.empty())
    return Fail(failure("no compile command known for module '" +
                        Found->WithoutCommand.front() + "'"));
  Expected<std::vector<Variant>> Variants = variants(*P, *Found, Line, Out);
  if (!Variants)
    return Fail(Variants.takeError());
  Program Run = *P;
  Run.Directory = P->file("build/stress/run." + std::to_string(getpid()));
  if (Error E = prepareDirectory(Run, *Found))
    return Fail(std::move(E));
  Stresser S(Line, Run, std::move(*Variants), Out);
  Expected<int> Code = runUnder(S, Line, Run, Found->Known.size(), Out);
  sys::fs::remove_directories(Run.Directory);
  return Code ? *Code : Fail(Code.takeError());
}

} // namespace hcr
