// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Journal.h"
#include "../common/CompileRecord.h"
#include "Process.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace llvm;

namespace hcr {

std::map<std::string, JournalEntry> readJournal(const Program &P) {
  std::map<std::string, JournalEntry> Result;
  Expected<std::string> Text = readFile(P.file("journal"));
  if (!Text) {
    consumeError(Text.takeError());
    return Result;
  }
  StringRef Rest = StringRef(*Text).take_front(Text->rfind('\n') + 1);
  while (!Rest.empty()) {
    auto [Line, After] = Rest.split('\n');
    Rest = After;
    JournalEntry Entry;
    if (Line.consume_front("gone ")) {
      Entry.Gone = true;
      Entry.Module = Line.str();
    } else if (Line.consume_front("image ")) {
      auto [Size, Tail] = Line.split(' ');
      auto [Hash, Module] = Tail.split(' ');
      if (Size.getAsInteger(10, Entry.Size) ||
          Hash.getAsInteger(16, Entry.Hash))
        continue;
      Entry.Module = Module.str();
    } else {
      continue;
    }
    // As the runtime does: nobody is led out of PROGRAM.hcr.
    if (isModuleName(Entry.Module))
      Result[Entry.Module] = Entry;
  }
  return Result;
}

static std::string lines(const std::vector<JournalEntry> &Entries) {
  std::string Text;
  raw_string_ostream Out(Text);
  for (const JournalEntry &Entry : Entries)
    if (Entry.Gone)
      Out << "gone " << Entry.Module << "\n";
    else
      Out << "image " << Entry.Size << ' '
          << format_hex_no_prefix(Entry.Hash, 16) << ' ' << Entry.Module
          << "\n";
  return Text;
}

Error appendJournal(const Program &P,
                    const std::vector<JournalEntry> &Entries) {
  if (Entries.empty())
    return Error::success();
  std::string Path = P.file("journal");
  Descriptor File(
      open(Path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
  if (!File)
    return systemFailure("cannot write '" + Path + "'", errno);
  std::string Text = lines(Entries);
  // A builder that was killed may have left half a line: end it, it will be
  // skipped as one that does not parse.
  off_t End = lseek(File.get(), 0, SEEK_END);
  char Last = '\n';
  if (End > 0 && pread(File.get(), &Last, 1, End - 1) == 1 && Last != '\n')
    Text.insert(0, "\n");
  return writeAll(File.get(), Text, Path);
}

Error rewriteJournal(const Program &P,
                     const std::vector<JournalEntry> &Entries) {
  return replaceFile(P.file("journal"), lines(Entries));
}

Error BuildLock::take(const Program &P, const Report &R) {
  std::string Path = P.file("lock");
  // Who may open it may lock it, and keep builds and reloads waiting.
  File.reset(open(Path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0660));
  if (!File)
    return systemFailure("cannot open '" + Path + "'", errno);
  bool Told = false;
  for (int Tries = 0; flock(File.get(), LOCK_EX | LOCK_NB) != 0; ++Tries) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      return systemFailure("cannot lock '" + Path + "'", errno);
    if (isStopping())
      return failure("stopped while waiting for another build");
    usleep(5000);
    if (Tries < 100 || Told)
      continue;
    char Owner[32] = {};
    if (pread(File.get(), Owner, sizeof(Owner) - 1, 0) > 0)
      R.event("waiting for another build, process " + StringRef(Owner).trim(),
              json::Object{{"event", "waiting"},
                           {"message", "another build is running"}});
    Told = true;
  }
  // The pid is for people only; a full disk must not stop the build here.
  std::string Text = std::to_string(getpid()) + "\n";
  if (ftruncate(File.get(), 0) == 0)
    (void)!pwrite(File.get(), Text.data(), Text.size(), 0);
  return Error::success();
}

} // namespace hcr
