// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What hcr says: `hcr: ...` lines on stderr, or with --json one object per
// line. Commands whose answer is the point of the command (build, reload,
// status, link) print JSON on stdout; run and stress leave stdout to the
// program and use stderr.
#ifndef HCR_UTILS_REPORT_H
#define HCR_UTILS_REPORT_H

#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace hcr {

llvm::Error failure(const llvm::Twine &Message);
// "cannot open 'x': Permission denied", from errno.
llvm::Error systemFailure(const llvm::Twine &What, int Errno);

class Report {
public:
  Report(bool Json, bool Quiet, bool JsonOnStdout)
      : Json(Json), Quiet(Quiet), JsonOnStdout(JsonOnStdout) {}

  bool isJson() const { return Json; }
  // The program was written in Nim: people are told Nim's names.
  void speakNim() { Nim = true; }
  void error(const llvm::Twine &Message) const;
  void error(llvm::Error E) const; // each error of a list on its own line
  void warning(const llvm::Twine &Message) const;
  // One thing that happened: Text for people, Event for programs.
  void event(const llvm::Twine &Text, llvm::json::Object Event) const;
  // Of a reload, for people; programs find them in its event.
  void notes(llvm::ArrayRef<std::string> Notes) const;
  // What a compiler wrote, unchanged. In JSON: {"event": "compiler"}.
  void compiler(llvm::StringRef Module, llvm::StringRef Output) const;

private:
  void say(llvm::StringRef Text) const;
  void print(llvm::json::Object Event) const;
  bool Json, Quiet, JsonOnStdout, Nim = false;
};

// "3.2", "0.01", "85": milliseconds with as many digits as matter.
std::string milliseconds(double Value);
std::string plural(size_t Count, llvm::StringRef Noun);

} // namespace hcr
#endif
