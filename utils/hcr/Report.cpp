// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Report.h"
#include "NimNames.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>
#include <unistd.h>

using namespace llvm;

namespace hcr {

Error failure(const Twine &Message) {
  return createStringError(inconvertibleErrorCode(), Message);
}

Error systemFailure(const Twine &What, int Errno) {
  return failure(What + ": " + std::strerror(Errno));
}

// One write per line: the program prints to the same terminal.
static void writeAll(int Descriptor, StringRef Text) {
  while (!Text.empty()) {
    ssize_t Written = ::write(Descriptor, Text.data(), Text.size());
    if (Written < 0 && errno == EINTR)
      continue;
    if (Written <= 0)
      return;
    Text = Text.drop_front(Written);
  }
}

void Report::say(StringRef Text) const {
  writeAll(STDERR_FILENO, "hcr: " + (Nim ? inNim(Text) : Text.str()) + "\n");
}

void Report::print(json::Object Event) const {
  std::string Line;
  raw_string_ostream(Line) << json::Value(std::move(Event)) << "\n";
  writeAll(JsonOnStdout ? STDOUT_FILENO : STDERR_FILENO, Line);
}

void Report::error(const Twine &Message) const {
  std::string Text = Message.str();
  if (Json)
    print(json::Object{{"event", "error"}, {"message", Text}});
  else
    say("error: " + Text);
}

void Report::error(Error E) const {
  handleAllErrors(std::move(E),
                  [&](const ErrorInfoBase &Info) { error(Info.message()); });
}

void Report::warning(const Twine &Message) const {
  std::string Text = Message.str();
  if (Json)
    print(json::Object{{"event", "warning"}, {"message", Text}});
  else if (!Quiet)
    say("warning: " + Text);
}

void Report::event(const Twine &Text, json::Object Event) const {
  if (Json)
    print(std::move(Event));
  else if (!Quiet)
    say(Text.str());
}

void Report::notes(ArrayRef<std::string> Notes) const {
  if (!Json)
    for (const std::string &Note : Notes)
      event("note: " + Note, {});
}

void Report::compiler(StringRef Module, StringRef Output) const {
  if (Output.empty())
    return;
  if (Json)
    print(json::Object{{"event", "compiler"},
                       {"module", Module},
                       {"output", json::fixUTF8(Output)}});
  else
    writeAll(STDERR_FILENO, Output);
}

std::string milliseconds(double Value) {
  std::string Text;
  raw_string_ostream Out(Text);
  if (Value >= 10)
    Out << format("%.0f", Value);
  else if (Value >= 0.1)
    Out << format("%.1f", Value);
  else
    Out << format("%.2f", Value);
  return Text;
}

std::string plural(size_t Count, StringRef Noun) {
  return (Twine(Count) + " " + Noun + (Count == 1 ? "" : "s")).str();
}

} // namespace hcr
