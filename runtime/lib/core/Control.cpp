// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Control.h"

#include "Reload.h"
#include "Rollback.h"
#include "Transaction.h"

#include <cinttypes>

namespace hcr {

static constexpr const char *SocketName = "control";
static constexpr size_t LongestRequest = 4096;
static constexpr size_t MostPeers = 16;
// How often the thread looks whether the program closed its socket.
static constexpr int CheckInterval = 1000;

static std::string error(std::string_view What) {
  return "{\"error\": " + quoteJson(What) + "}";
}

/// Who told the types of the module's variables and functions.
static const char *typesOf(const Version &V) {
  if (!V.Table)
    return "none";
  return V.Table->Flags & HCR_MODULE_TYPED   ? "clang plugin"
         : V.Table->Flags & HCR_MODULE_DEBUG ? "debug information"
                                             : "none";
}

static std::string status(Runtime &R) {
  R.Back->settleNow();
  sys::Guard G(R.Lock);
  indexHosts(R);
  std::string List;
  uint64_t Bytes = R.RetiredBytes;
  for (const auto &M : R.Loaded.All) {
    if (!M->Current)
      continue;
    List +=
        format("%s{\"name\": %s, \"generation\": %" PRIdPTR
               ", \"image\": %s, \"types\": \"%s\"}",
               List.empty() ? "" : ", ", quoteJson(M->Name).c_str(),
               M->Current->Generation, quoteJson(M->Current->In->Path).c_str(),
               typesOf(*M->Current));
    Bytes += M->Current->In->Size;
  }
  return format("{\"pid\": %d, \"program\": %s, \"generation\": %" PRIdPTR
                ", \"modules\": [",
                sys::processId(), quoteJson(R.Settings.Program).c_str(),
                R.Generation.load()) +
         List +
         format("], \"retired\": %" PRIu64 ", \"bytes\": %" PRIu64 "}",
                R.RetiredImages, Bytes);
}

/// "NAME\tNAME…" of `reload reinit`: names of variables hold spaces.
static std::vector<std::string> splitNames(std::string_view Text) {
  std::vector<std::string> Names;
  for (;;) {
    size_t End = Text.find('\t');
    if (End != 0 && !Text.empty())
      Names.emplace_back(Text.substr(0, End));
    if (End == std::string_view::npos)
      return Names;
    Text.remove_prefix(End + 1);
  }
}

/// Which variable and module a name means.
static std::string variable(Runtime &R, std::string_view Name) {
  sys::Guard G(R.Lock);
  indexHosts(R);
  GlobalSymbol *S = nullptr;
  if (Error E = findVariable(R, Name, S))
    return error(E.text());
  return format("{\"name\": %s, \"symbol\": %s, \"module\": %s}",
                quoteJson(demangle(S->Name)).c_str(),
                quoteJson(S->Name).c_str(),
                quoteJson(S->Definer->Name).c_str());
}

/// Nothing if the program began to end meanwhile and took away what the reload
/// needed: nobody's images are to blame.
static std::string outcome(const Runtime &R, const Report &Out) {
  return Out.Result == Outcome::Refused && R.Ending ? "" : Out.json();
}

std::string answer(Runtime &R, std::string_view Request) {
  if (!Request.empty() && Request.back() == '\r')
    Request.remove_suffix(1);
  if (Request == "reload")
    return outcome(R, reload(R, false));
  if (Request == "reload force")
    return outcome(R, reload(R, true));
  constexpr std::string_view Reinit = "reload reinit ", Variable = "variable ";
  if (Request.starts_with(Reinit))
    return outcome(R,
                   reload(R, false, splitNames(Request.substr(Reinit.size()))));
  if (Request.starts_with(Variable))
    return variable(R, Request.substr(Variable.size()));
  if (Request == "status")
    return status(R);
  if (Request == "ping")
    return format("{\"pid\": %d}", sys::processId());
  return error(
      "unknown request; known are: reload, reload force, reload reinit NAME, "
      "variable NAME, status, events, ping");
}

Error Control::listen() {
  if (Error E = R.Live.make())
    return E;
  if (int Failed = Door.open(R.Live.path(), SocketName))
    return Error(format("cannot make the socket %s/%s: %s",
                        R.Live.path().c_str(), SocketName,
                        sys::describe(Failed).c_str()));
  return Error();
}

Error Control::start(Runtime &R) {
  if (R.Server && R.Server->Door.descriptor() >= 0)
    return Error();
  if (sys::isSecure())
    return Error("a setuid program does not listen");
  if (!R.Server)
    R.Server = new Control(R);
  if (Error E = R.Server->listen())
    return E;
  int Failed = sys::startThread(
      "hcr",
      [](void *Context) {
        auto *C = static_cast<Control *>(Context);
        C->serve();
        sys::Guard G(C->EndLock);
        C->Ended = true;
        C->HasEnded.wakeAll();
      },
      R.Server);
  if (Failed) {
    R.Server->Door.close();
    return Error(
        format("cannot start a thread: %s", sys::describe(Failed).c_str()));
  }
  R.Trace("listening on %s/%s", R.Live.path().c_str(), SocketName);
  return Error();
}

void Control::stop(Runtime &R) {
  if (!R.Server)
    return;
  R.Ending = true;
  Control *C = R.Server;
  R.Server = nullptr;
  C->Door.wake();
  {
    sys::Guard G(C->EndLock);
    while (!C->Ended)
      C->HasEnded.wait(C->EndLock);
  }
  C->Door.close();
  for (size_t I = C->Peers.size(); I-- > 0;)
    C->drop(I);
  delete C;
}

void Control::forget(Runtime &R) {
  // The thread may have been cut in the middle of anything but the making of
  // the socket, so the rest is left as it is; descriptors end with an exec.
  if (R.Server)
    R.Server->Door.close();
  R.Server = nullptr;
}

/// A whole line is there and nothing is left to say before.
bool Control::canAnswer(const Peer &P) {
  return P.Output.empty() && P.Input.find('\n') != std::string::npos;
}

/// Takes what came, or sends what is left of the last answer; false when the
/// connection is to end. Never waits: others are to be served meanwhile.
bool Control::attend(Peer &P) {
  if (!sys::stillIs(P.Descriptor, P.Id))
    return false;
  if (!P.Output.empty())
    return sys::sendSome(P.Descriptor, P.Output);
  if (sys::receive(P.Descriptor, P.Input) == sys::Received::End)
    return false;
  return P.Input.find('\n') != std::string::npos ||
         P.Input.size() <= LongestRequest;
}

/// One line, so that a peer with many does not keep others waiting.
bool Control::answerLine(Peer &P) {
  size_t End = P.Input.find('\n');
  if (End > LongestRequest)
    return false;
  std::string Line = P.Input.substr(0, End);
  P.Input.erase(0, End + 1);
  if (Line == "events") {
    P.WantsEvents = true;
    return true;
  }
  if (!HostsAreKnown)
    awaitHosts(R);
  HostsAreKnown = true;
  std::string Text = answer(R, Line);
  if (Text.empty())
    return false;
  P.Output = Text + "\n";
  return sys::stillIs(P.Descriptor, P.Id) &&
         sys::sendSome(P.Descriptor, P.Output);
}

void Control::drop(size_t Index) {
  // The number may be somebody else's by now, if the program closed it.
  if (sys::stillIs(Peers[Index].Descriptor, Peers[Index].Id))
    sys::closeSocket(Peers[Index].Descriptor);
  Peers.erase(Peers.begin() + static_cast<ptrdiff_t>(Index));
}

void Control::listenToEvents(size_t Index) {
  sys::Guard G(ListenersLock);
  Listeners.push_back(Peers[Index]);
  Peers.erase(Peers.begin() + static_cast<ptrdiff_t>(Index));
  if (Listeners.size() > MostPeers) {
    if (sys::stillIs(Listeners[0].Descriptor, Listeners[0].Id))
      sys::closeSocket(Listeners[0].Descriptor);
    Listeners.erase(Listeners.begin());
  }
}

/// Never waits: who does not read loses the connection.
void Control::send(const std::string &Line) {
  sys::Guard G(ListenersLock);
  for (size_t I = Listeners.size(); I-- > 0;) {
    const Peer &P = Listeners[I];
    bool IsThere = sys::stillIs(P.Descriptor, P.Id);
    std::string Rest = Line;
    if (IsThere && sys::sendSome(P.Descriptor, Rest) && Rest.empty())
      continue;
    if (IsThere)
      sys::closeSocket(P.Descriptor);
    Listeners.erase(Listeners.begin() + static_cast<ptrdiff_t>(I));
  }
}

void Control::announce(Runtime &R, const std::string &Event) {
  if (R.Server)
    R.Server->send(Event + "\n");
}

/// Calls of removed functions, while somebody listens; else the next report
/// has them.
void Control::tellLateNotes() {
  {
    sys::Guard G(ListenersLock);
    if (Listeners.empty())
      return;
  }
  for (const std::string &Note : takeLateNotes(R))
    send("{\"note\": " + quoteJson(Note) + "}\n");
}

void Control::serve() {
  {
    // Before the first edit, so that the first reload is as fast as the next.
    sys::Guard G(R.Lock);
    indexHosts(R);
  }
  std::vector<sys::Awaited> Awaited;
  while (!R.Ending) {
    Awaited.clear();
    if (!Door.isIntact() && listen()) {
      sys::waitFor(Awaited, CheckInterval);
      continue;
    }
    int Time = CheckInterval;
    Awaited.push_back({Door.descriptor(), false});
    for (const Peer &P : Peers) {
      Awaited.push_back({P.Descriptor, !P.Output.empty()});
      if (canAnswer(P))
        Time = 0;
    }
    sys::waitFor(Awaited, Time);
    for (size_t I = Peers.size(); I-- > 0 && !R.Ending;) {
      // What is not answered yet comes before what could be read.
      bool Goes =
          !canAnswer(Peers[I]) && Awaited[I + 1].IsReady && !attend(Peers[I]);
      if (!Goes && canAnswer(Peers[I]))
        Goes = !answerLine(Peers[I]);
      if (Goes)
        drop(I);
      else if (Peers[I].WantsEvents)
        listenToEvents(I);
    }
    tellLateNotes();
    if (R.Ending || !Awaited[0].IsReady)
      continue;
    sys::FileId Id;
    int Descriptor = Door.accept(Id);
    if (Descriptor < 0)
      continue;
    Peers.push_back({Descriptor, Id, {}, {}, false});
    // The oldest one that says nothing makes room.
    if (Peers.size() > MostPeers)
      drop(0);
  }
}

} // namespace hcr
