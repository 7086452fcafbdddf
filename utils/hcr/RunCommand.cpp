// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// hcr run: the main thread is the program's parent and nothing else; a second
// thread watches, builds and reloads, and can take as long as it likes.
#include "Child.h"
#include "Commands.h"
#include "Control.h"
#include "Watcher.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

using namespace llvm;

namespace hcr {

std::string executablePath(const std::string &Given) {
  return Given.find('/') == std::string::npos ? "./" + Given : Given;
}

namespace {
// What the program tells by itself: new code that crashed and was taken back,
// calls of functions that an edit removed.
class EventReader {
public:
  EventReader(const Program &P, const Report &Out, pid_t Pid, int Stop)
      : P(P), Out(Out), Pid(Pid), Stop(Stop) {}
  void loop();

private:
  std::optional<Control> connect();
  void report(json::Object Event);

  const Program &P;
  const Report &Out;
  pid_t Pid;
  int Stop;
};

class Reloader {
public:
  Reloader(const Program &P, Builder &B, Generators &Writers, const Report &Out,
           std::optional<unsigned> Poll, pid_t Pid, int Stop)
      : P(P), B(B), Writers(Writers), Out(Out), Watch(Poll), Pid(Pid),
        Stop(Stop) {}
  void loop();

private:
  void start();
  void change(const Watcher::Changes &Changed);
  std::vector<std::string> adopted(const Watcher::Changes &Changed);
  bool watchInputs();
  bool generate(const Stopwatch &Since);
  void handle(Expected<BuildResult> Result, const Stopwatch &Since);
  void watchNewFiles(bool LookAgain);
  void reload(const BuildResult &Built, const Stopwatch &Since);
  void report(const BuildResult &Built, json::Object Answer,
              const Stopwatch &Since);
  bool connect();
  void checkProgram();
  bool stopped(int Milliseconds) const;

  const Program &P;
  Builder &B;
  Generators &Writers;
  std::vector<std::string> Held; // to build when generators have ended well
  bool HeldAll = false;
  double Generating = 0; // milliseconds, before the build to come
  const Report &Out;
  Watcher Watch;
  pid_t Pid;
  int Stop;
  std::optional<Control> Line;
  bool ToldRelinked = false, ToldSilent = false;
};
} // namespace

static bool canBeRead(int Descriptor, int Milliseconds) {
  pollfd Wait = {Descriptor, POLLIN, 0};
  return ::poll(&Wait, 1, Milliseconds) > 0;
}

// A program that does not listen is told of by who asks it to reload.
std::optional<Control> EventReader::connect() {
  constexpr int Step = 20, Limit = 10000;
  for (int Waited = 0; Waited < Limit && !canBeRead(Stop, Step);
       Waited += Step) {
    Expected<Control> Line = Control::connect(P, Pid);
    if (!Line)
      consumeError(Line.takeError());
    else if (Error E = Line->send("events"))
      consumeError(std::move(E));
    else
      return std::move(*Line);
  }
  return std::nullopt;
}

void EventReader::report(json::Object Event) {
  if (std::optional<StringRef> Note = Event.getString("note")) {
    std::string Text = Note->str();
    Out.event("note: " + Text,
              json::Object{{"event", "note"}, {"message", Text}});
    return;
  }
  ReloadAnswer A = readAnswer(Event);
  if (A.Result != "rolled_back")
    return;
  Out.event("rolled back: " + A.Message,
            json::Object{{"event", "rolled_back"},
                         {"message", A.Message},
                         {"generation", A.Generation},
                         {"reload", std::move(Event)}});
  Out.notes(A.Notes);
}

void EventReader::loop() {
  std::optional<Control> Line = connect();
  while (Line)
    if (std::optional<json::Object> Event = Line->event(Stop))
      report(std::move(*Event));
    else
      return;
}

bool Reloader::stopped(int Milliseconds) const {
  return canBeRead(Stop, Milliseconds);
}

// The socket appears when the runtime of the program has started.
bool Reloader::connect() {
  constexpr int Step = 5, Limit = 10000;
  for (int Waited = 0; !Line && !stopped(0); Waited += Step) {
    if (Expected<Control> C = Control::connect(P, Pid)) {
      Line.emplace(std::move(*C));
      break;
    } else {
      consumeError(C.takeError());
    }
    if (Waited >= Limit || stopped(Step)) {
      if (!stopped(0) && !std::exchange(ToldSilent, true))
        Out.warning("the program does not listen for reloads; is it linked "
                    "with libhcr.so, or did it start another program?");
      break;
    }
  }
  return Line.has_value();
}

void Reloader::report(const BuildResult &Built, json::Object Answer,
                      const Stopwatch &Since) {
  ReloadAnswer A = readAnswer(Answer);
  B.wereTaken(A.Result == "reloaded" || A.Result == "unchanged");
  double Total = Since.milliseconds();
  json::Object Event{{"event", A.Result.empty() ? "error" : A.Result},
                     {"total_ms", Total},
                     {"build", toJson(Built)},
                     {"reload", std::move(Answer)}};
  if (A.Result == "reloaded") {
    std::string What = A.What.empty() ? joined(Built.Built) : A.What;
    Out.event("reloaded " + What + " in " + milliseconds(Total) +
                  " ms: " + buildTimes(Built) + ", load " +
                  milliseconds(A.Load) + ", commit " + milliseconds(A.Commit),
              std::move(Event));
  } else if (A.Result == "unchanged") {
    Out.event("unchanged " + joined(Built.Built), std::move(Event));
  } else if (A.Result != "rolled_back") { // the program tells that by itself
    Out.event((A.Result.empty() ? "error: " : "refused: ") + A.Message,
              std::move(Event));
  }
  if (A.Result != "rolled_back")
    Out.notes(A.Notes);
}

void Reloader::reload(const BuildResult &Built, const Stopwatch &Since) {
  for (int Try = 0; Try != 2 && connect(); ++Try) {
    Expected<json::Object> Answer = Line->ask("reload");
    if (Answer)
      return report(Built, std::move(*Answer), Since);
    Line.reset();
    if (stopped(50)) { // it ended; nothing to report
      consumeError(Answer.takeError());
      return;
    }
    if (Try == 0)
      consumeError(Answer.takeError());
    else
      Out.error(Answer.takeError());
  }
}

void Reloader::handle(Expected<BuildResult> Result, const Stopwatch &Since) {
  if (!Result) {
    if (isStopping())
      consumeError(Result.takeError());
    else
      Out.error(Result.takeError());
    return;
  }
  if (double Milliseconds = std::exchange(Generating, 0))
    Result->Generate = Milliseconds;
  if (Result->Failed) {
    if (!isStopping())
      Out.event("build failed; the program runs on unchanged", toJson(*Result));
    return;
  }
  reportGone(*Result, Out);
  if (!Out.isJson())
    for (const std::string &Name : Result->Added)
      Out.event("new module " + Name, {});
  if (!Result->Built.empty() || !Result->Gone.empty())
    reload(*Result, Since);
  else if (!Result->Same.empty())
    Out.event("unchanged " + joined(Result->Same), toJson(*Result));
  else if (Result->Generate)
    Out.event("unchanged: nim wrote what it wrote before", toJson(*Result));
}

// Files that a build made known. What happened to them between the compiler's
// look and the watcher's is seen by looking again.
void Reloader::watchNewFiles(bool LookAgain) {
  for (;;) {
    NewFiles New = B.newFiles();
    if (New.Files.empty() || isStopping())
      return;
    Watch.watch(New.Files, New.SourceDirectories);
    if (!LookAgain)
      return;
    Stopwatch Since;
    std::vector<std::string> Files;
    for (const auto &Entry : New.Files)
      Files.push_back(Entry.first().str());
    handle(B.buildChanged(Files), Since);
  }
}

// Returns whether there were any.
bool Reloader::watchInputs() {
  NewFiles New = Writers.newFiles();
  Watch.watch(New.Files, New.SourceDirectories);
  return !New.Files.empty();
}

// Has sources written anew that a generator writes. False: it could not, and
// what was to be built waits.
bool Reloader::generate(const Stopwatch &Since) {
  double Milliseconds = 0;
  bool LooksAgain = true;
  // What became known only now may have changed before it was watched; but
  // what is written to in each run must not keep us here.
  for (int Runs = 0; LooksAgain && Runs != 2; ++Runs) {
    Expected<Generators::Outcome> Written = Writers.update(B);
    LooksAgain = watchInputs();
    if (!Written) {
      handle(Written.takeError(), Since);
      return false;
    }
    append_range(Held, Written->Files);
    if (Written->Failed) {
      handle(failedBuild(*Written), Since);
      return false;
    }
    if (Written->Ran)
      Milliseconds += Written->Milliseconds;
  }
  Generating = Milliseconds;
  return true;
}

// Whatever changed before we watched: since the program was linked, since the
// last image, and in the moment between looking and watching.
void Reloader::start() {
  Stopwatch Since;
  bool HasImages = sys::fs::exists(P.file("journal"));
  watchInputs();
  generate(Since);
  Held.clear();   // is among all
  Generating = 0; // nobody waited for it
  Expected<BuildResult> Result = B.build();
  bool Reloads = Result && !Result->Failed &&
                 (!Result->Built.empty() || !Result->Gone.empty());
  handle(std::move(Result), Since);
  if (HasImages && !Reloads && !isStopping() && connect()) {
    if (Expected<json::Object> Answer = Line->ask("reload")) {
      if (Answer->getString("result") != "unchanged")
        report(BuildResult(), std::move(*Answer), Since);
    } else {
      consumeError(Answer.takeError());
      Line.reset();
    }
  }
  watchNewFiles(/*LookAgain=*/false);
  Stopwatch Again;
  handle(B.build(), Again);
  watchNewFiles(/*LookAgain=*/true);
  size_t Count = B.fileCount() + Writers.fileCount();
  if (!isStopping())
    Out.event("watching " + plural(B.moduleCount(), "module") + " (" +
                  plural(Count, "file") + ")",
              json::Object{{"event", "watching"},
                           {"pid", Pid},
                           {"modules", int64_t(B.moduleCount())},
                           {"files", int64_t(Count)}});
}

void Reloader::checkProgram() {
  if (stampOf(P.Path) != P.Stamp && !std::exchange(ToldRelinked, true))
    Out.warning("'" + P.Path +
                "' was linked again; restart it to run the new one");
}

// Sources that are new or came back become modules. A generator's are its own
// business, and may belong to another program.
std::vector<std::string> Reloader::adopted(const Watcher::Changes &Changed) {
  std::vector<std::string> Files = Changed.Files;
  auto IsMine = [](StringRef File) {
    return looksLikeSource(File) && !isNimOutput(File);
  };
  for (const std::string &File : Changed.NewSources)
    if (IsMine(File) && stampOf(File) && B.adopt(File))
      Files.push_back(File);
  for (const std::string &File : Changed.Files) // one that came back
    if (IsMine(File) && !B.isInProgram(File) && stampOf(File))
      B.adopt(File);
  return Files;
}

void Reloader::change(const Watcher::Changes &Changed) {
  checkProgram();
  append_range(Held, adopted(Changed));
  HeldAll |= Changed.Everything;
  if (Changed.Everything || Writers.concerns(Changed.Files))
    if (!generate(Changed.Since))
      return;
  std::vector<std::string> Files = std::exchange(Held, {});
  if (std::exchange(HeldAll, false))
    handle(B.build(), Changed.Since);
  else if (!Files.empty())
    handle(B.buildChanged(Files), Changed.Since);
  watchNewFiles(/*LookAgain=*/true);
}

void Reloader::loop() {
  start();
  for (;;) {
    Watcher::Changes Changed = Watch.wait(Stop);
    if (Changed.Stopped)
      return;
    change(Changed);
  }
}

int runCommand(const CommandLine &Line, Report &Out) {
  if (Line.Operands.empty()) {
    Out.error("no program given; usage: hcr run PROGRAM [ARGUMENT...]");
    return 2;
  }
  Expected<Program> P = Program::open(Line.Operands[0], Line.Directory);
  if (!P) {
    Out.error(P.takeError());
    return 1;
  }
  DiscoveryOptions Discovery = discoveryOptions(Line);
  Discovery.NeedsRuntime = true;
  Expected<Modules> Found = findModules(*P, Discovery);
  if (!Found) {
    Out.error(Found.takeError());
    return 1;
  }
  startSpeaking(*Found, Out);
  BuildOptions Options = buildOptions(Line);
  Options.OwnGroup = true;
  Generators Writers(*P, *Found, Options, Out);
  Builder B(*P, std::move(*Found), Options, Out);

  std::vector<std::string> Environment = {"HCR_CONTROL=1"};
  if (Line.NoRollback)
    Environment.push_back("HCR_ROLLBACK=0");
  if (!Line.Directory.empty())
    Environment.push_back("HCR_DIR=" + P->Directory);
  if (!Line.Types.empty())
    Environment.push_back("HCR_TYPES=" + Line.Types);
  Expected<Child> Started =
      Child::start(executablePath(Line.Operands[0]), Line.Rest, Environment);
  if (!Started) {
    Out.error(Started.takeError());
    return 1;
  }
  Descriptor Stop(eventfd(0, EFD_CLOEXEC));
  Reloader R(*P, B, Writers, Out, Line.Poll, Started->pid(), Stop.get());
  EventReader Events(*P, Out, Started->pid(), Stop.get());
  std::thread Worker([&] { R.loop(); });
  std::thread Telling([&] { Events.loop(); });
  int Code = Started->wait();
  stopChildren();
  uint64_t One = 1;
  (void)!write(Stop.get(), &One, sizeof(One));
  Worker.join();
  Telling.join();
  if (Out.isJson())
    Out.event("", json::Object{{"event", "exit"}, {"code", Code}});
  return Code;
}

} // namespace hcr
