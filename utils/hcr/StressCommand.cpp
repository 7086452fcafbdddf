// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// hcr stress: two images of every module, one -O0 and one -O2, put in turn
// under the running program. Its output must not change.
//
// Everything happens in a directory of its own (HCR_DIR), the images that the
// user works with stay as they are.
#include "Child.h"
#include "Commands.h"
#include "Control.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <atomic>
#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

using namespace llvm;

namespace hcr {

namespace {
struct Variant {
  Program P; // with the directory of its images
  std::map<std::string, JournalEntry> Images;
};

class Stresser {
public:
  Stresser(const CommandLine &Line, const Program &Run,
           std::vector<Variant> Variants, const Report &Out, pid_t Pid,
           int Stop)
      : Line(Line), Run(Run), Variants(std::move(Variants)), Out(Out), Pid(Pid),
        Stop(Stop) {}
  void loop();
  unsigned reloads() const { return Reloads; }
  bool refused() const { return Refused; }

private:
  bool stopped(int Milliseconds) const;
  Error install(const Variant &V);
  bool answer(Control &Connection);

  const CommandLine &Line;
  const Program &Run;
  std::vector<Variant> Variants;
  const Report &Out;
  pid_t Pid;
  int Stop;
  unsigned Reloads = 0;
  bool Refused = false;
};
} // namespace

bool Stresser::stopped(int Milliseconds) const {
  pollfd Wait = {Stop, POLLIN, 0};
  return ::poll(&Wait, 1, Milliseconds) > 0;
}

Error Stresser::install(const Variant &V) {
  std::vector<JournalEntry> Entries;
  for (const auto &[Name, Entry] : V.Images) {
    std::string Target = Run.image(Name), Aside = Target + ".tmp";
    unlink(Aside.c_str());
    if (link(V.P.image(Name).c_str(), Aside.c_str()) != 0 ||
        rename(Aside.c_str(), Target.c_str()) != 0)
      return systemFailure("cannot write '" + Target + "'", errno);
    Entries.push_back(Entry);
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
  if (A.Result == "reloaded") {
    ++Reloads;
    return true;
  }
  if (A.Result == "unchanged")
    return true;
  Refused = true;
  Out.event("refused after " + plural(Reloads, "reload") + ": " + A.Message,
            json::Object{{"event", "refused"},
                         {"reloads", Reloads},
                         {"reload", std::move(*Answer)}});
  return false;
}

void Stresser::loop() {
  std::optional<Control> Connection;
  while (!Connection && !stopped(2)) {
    if (Expected<Control> C = Control::connect(Run, Pid))
      Connection.emplace(std::move(*C));
    else
      consumeError(C.takeError());
  }
  unsigned Limit = Line.Reloads.value_or(~0u);
  for (unsigned Round = 0; Connection && Reloads < Limit; ++Round) {
    if (stopped(int(Line.Interval.value_or(0))))
      return;
    if (Error E = install(Variants[Round % Variants.size()])) {
      Out.error(std::move(E));
      Refused = true;
      return;
    }
    if (!answer(*Connection))
      return;
  }
}

static Expected<Variant> buildVariant(const Program &P, const Modules &Found,
                                      BuildOptions Options, StringRef Level,
                                      const Report &Out) {
  Variant V;
  V.P = P;
  V.P.Directory = P.file("build/stress/" + Level.drop_front());
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

static Error prepareDirectory(const Program &Run, const Modules &Found) {
  if (Error E = makeDirectory(Run.Directory))
    return E;
  for (const auto &[Name, Record] : Found.Known)
    if (Error E = makeDirectory(sys::path::parent_path(Run.image(Name)).str()))
      return E;
  return Error::success();
}

int stressCommand(const CommandLine &Line, const Report &Out) {
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
  Program Run = *P;
  std::string Place = P->file("build/stress");
  Run.Directory = Place + "/run." + std::to_string(getpid());
  std::vector<Variant> Variants;
  for (StringRef Level : {"-O0", "-O2"}) {
    sys::fs::remove_directories(Place + "/" + Level.drop_front());
    Expected<Variant> V =
        buildVariant(*P, *Found, buildOptions(Line), Level, Out);
    if (!V)
      return Fail(V.takeError());
    Variants.push_back(std::move(*V));
  }
  if (Error E = prepareDirectory(Run, *Found))
    return Fail(std::move(E));

  Stopwatch Watch;
  Expected<Child> Started =
      Child::start(executablePath(Line.Operands[0]), Line.Rest,
                   {"HCR_CONTROL=1", "HCR_DIR=" + Run.Directory});
  if (!Started)
    return Fail(Started.takeError());
  Descriptor Stop(eventfd(0, EFD_CLOEXEC));
  Stresser S(Line, Run, std::move(Variants), Out, Started->pid(), Stop.get());
  std::thread Worker([&] { S.loop(); });
  int Code = Started->wait();
  uint64_t One = 1;
  (void)!write(Stop.get(), &One, sizeof(One));
  Worker.join();
  double Seconds = Watch.milliseconds() / 1000;
  Out.event(plural(S.reloads(), "reload") + " of " +
                plural(Found->Known.size(), "module") + " in " +
                milliseconds(Seconds) + " s",
            json::Object{{"event", "stress"},
                         {"reloads", S.reloads()},
                         {"modules", int64_t(Found->Known.size())},
                         {"refused", S.refused()},
                         {"code", Code}});
  sys::fs::remove_directories(Run.Directory);
  return Code == 0 && S.refused() ? 1 : Code;
}

} // namespace hcr
