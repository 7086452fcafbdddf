// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Control.h"
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace llvm;

namespace hcr {

Expected<Control> Control::connect(const Program &P, pid_t Pid) {
  std::string Directory = P.file("live/" + Twine(Pid));
  // A socket's address holds 108 bytes, a path more: go through the directory.
  Descriptor Place(open(Directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!Place)
    return systemFailure("process " + Twine(Pid) + " does not listen", errno);
  sockaddr_un Address = {};
  Address.sun_family = AF_UNIX;
  std::string Path =
      "/proc/self/fd/" + std::to_string(Place.get()) + "/control";
  Path.copy(Address.sun_path, sizeof(Address.sun_path) - 1);
  Control Result;
  Result.Socket.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(Result.Socket.get(), reinterpret_cast<sockaddr *>(&Address),
                sizeof(Address)) != 0)
    return systemFailure("process " + Twine(Pid) + " does not listen", errno);
  return std::move(Result);
}

Error Control::send(StringRef Request) {
  std::string Line = (Request + "\n").str();
  for (StringRef Rest = Line; !Rest.empty();) {
    ssize_t Sent = ::send(Socket.get(), Rest.data(), Rest.size(), MSG_NOSIGNAL);
    if (Sent < 0 && errno == EINTR)
      continue;
    if (Sent <= 0)
      return systemFailure("the program does not answer", errno);
    Rest = Rest.drop_front(Sent);
  }
  return Error::success();
}

Expected<std::string> Control::line(int Stop) {
  size_t End;
  while ((End = Received.find('\n')) == std::string::npos) {
    // poll() passes over a negative descriptor.
    pollfd Wait[] = {{Socket.get(), POLLIN, 0}, {Stop, POLLIN, 0}};
    int Ready = ::poll(Wait, 2, -1);
    if (Ready < 0 && errno == EINTR)
      continue;
    char Buffer[4096];
    ssize_t Count =
        Ready < 0 || Wait[1].revents
            ? 0
            : recv(Socket.get(), Buffer, sizeof(Buffer), MSG_DONTWAIT);
    if (Count < 0 &&
        (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
      continue;
    if (Count <= 0)
      return failure("the program ended before it answered");
    Received.append(Buffer, size_t(Count));
  }
  std::string Line = Received.substr(0, End);
  Received.erase(0, End + 1);
  return Line;
}

// LLVM's parser calls itself for each bracket.
static bool isTooDeep(StringRef Text) {
  constexpr int Deepest = 100; // the runtime's are 4 deep
  int Depth = 0;
  bool IsInText = false;
  for (size_t I = 0; I < Text.size(); ++I)
    if (IsInText && Text[I] == '\\')
      ++I;
    else if (Text[I] == '"')
      IsInText = !IsInText;
    else if (!IsInText && (Text[I] == '[' || Text[I] == '{')) {
      if (++Depth > Deepest)
        return true;
    } else if (!IsInText && (Text[I] == ']' || Text[I] == '}'))
      --Depth;
  return false;
}

Expected<json::Object> parseAnswer(StringRef Line) {
  if (isTooDeep(Line))
    return failure("the program's answer is not one of hcr's");
  Expected<json::Value> Value = json::parse(Line);
  if (!Value)
    return failure("the program's answer is not JSON: " +
                   toString(Value.takeError()));
  if (json::Object *Object = Value->getAsObject())
    return std::move(*Object);
  return failure("the program's answer is not a JSON object");
}

std::optional<json::Object> Control::event(int Stop) {
  Expected<std::string> Line = line(Stop);
  if (!Line) {
    consumeError(Line.takeError());
    return std::nullopt;
  }
  Expected<json::Object> Event = parseAnswer(*Line);
  if (Event)
    return std::move(*Event);
  consumeError(Event.takeError());
  return json::Object();
}

Expected<json::Object> Control::ask(StringRef Request) {
  if (Error E = send(Request))
    return std::move(E);
  Expected<std::string> Line = line(/*Stop=*/-1);
  return Line ? parseAnswer(*Line) : Line.takeError();
}

// "ns::Class::step(World&) const" -> "ns::Class::step": cut where the
// parameter list opens, not at "operator()" or "(anonymous namespace)".
static std::string shortName(StringRef Name) {
  size_t Close = Name.rfind(')');
  if (Close == StringRef::npos)
    return Name.str();
  int Depth = 0;
  for (size_t I = Close + 1; I-- > 0;) {
    if (Name[I] == ')')
      ++Depth;
    else if (Name[I] == '(' && --Depth == 0)
      return (I == 0 ? Name : Name.take_front(I)).str();
  }
  return Name.str();
}

static std::string describe(const json::Object &Module) {
  std::string Text = Module.getString("name").value_or("?").str();
  const json::Array *Functions = Module.getArray("functions");
  if (!Functions || Functions->empty())
    return Text;
  constexpr size_t Shown = 6;
  Text += " (" + plural(Functions->size(), "function") + ": ";
  for (size_t I = 0; I != std::min(Shown, Functions->size()); ++I) {
    if (I)
      Text += ", ";
    Text += shortName((*Functions)[I].getAsString().value_or("?"));
  }
  if (Functions->size() > Shown)
    Text += ", ...";
  return Text + ")";
}

ReloadAnswer readAnswer(const json::Object &Answer) {
  ReloadAnswer A;
  A.Result = Answer.getString("result").value_or("").str();
  A.Message = Answer.getString("message").value_or("").str();
  if (A.Result.empty())
    A.Message = Answer.getString("error").value_or("no result").str();
  A.Generation = Answer.getInteger("generation").value_or(0);
  if (const json::Array *Notes = Answer.getArray("notes"))
    for (const json::Value &Note : *Notes)
      A.Notes.push_back(Note.getAsString().value_or("").str());
  if (const json::Array *Modules = Answer.getArray("modules"))
    for (const json::Value &Module : *Modules)
      if (const json::Object *Object = Module.getAsObject())
        A.What += (A.What.empty() ? "" : ", ") + describe(*Object);
  auto Phase = [&](StringRef Name) {
    const json::Object *Phases = Answer.getObject("phases_ns");
    return Phases ? double(Phases->getInteger(Name).value_or(0)) / 1e6 : 0;
  };
  A.Commit = Phase("commit");
  A.Total = double(Answer.getInteger("total_ns").value_or(0)) / 1e6;
  A.Load = A.Total - A.Commit;
  return A;
}

} // namespace hcr
