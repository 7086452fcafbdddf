// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Talking to a running program: PROGRAM.hcr/live/<pid>/control.
#ifndef HCR_UTILS_CONTROL_H
#define HCR_UTILS_CONTROL_H

#include "Program.h"
#include "Report.h"
#include <optional>

namespace hcr {

class Control {
public:
  // Fails when the process has no control socket.
  static llvm::Expected<Control> connect(const Program &P, pid_t Pid);
  // Sends one request and waits for its answer, as long as the process lives.
  llvm::Expected<llvm::json::Object> ask(llvm::StringRef Request);
  llvm::Error send(llvm::StringRef Request);

  // After the request "events": the next line that the program sends by itself,
  // nothing at its end or once Stop can be read.
  std::optional<llvm::json::Object> event(int Stop);

private:
  // Waits for the next whole line, or until Stop can be read.
  llvm::Expected<std::string> line(int Stop);

  Descriptor Socket;
  std::string Received;
};

// What the runtime says, on its socket or in its status file.
llvm::Expected<llvm::json::Object> parseAnswer(llvm::StringRef Text);

// Parts of a reload's answer, ready for one line.
struct ReloadAnswer {
  std::string Result, Message;
  std::string What; // "src/a.cpp (2 functions: step, draw), src/b.cpp (...)"
  std::vector<std::string> Notes;
  double Load = 0, Commit = 0, Total = 0; // milliseconds
  int64_t Generation = 0;
};
ReloadAnswer readAnswer(const llvm::json::Object &Answer);

} // namespace hcr
#endif
