// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "State.h"
#include "Report.h"
#include "llvm/ADT/StringExtras.h"
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

using namespace llvm;

namespace hcr {

static constexpr StringLiteral Header = "hcr-state 1\n";

// Takes the next blank-separated number off the front of Line.
template <class T>
static bool takeNumber(StringRef &Line, T &Value, unsigned Radix = 10) {
  auto [Word, Rest] = Line.split(' ');
  Line = Rest;
  return !Word.getAsInteger(Radix, Value);
}

bool State::load(const std::string &Where) {
  std::optional<FileStamp> Now = stampOf(Where);
  if (Path == Where && Left == Now && Pending.empty())
    return false;
  *this = State();
  Path = Where;
  Left = Now;
  Expected<std::string> Text = readFile(Path);
  if (Text)
    read(*Text);
  else
    consumeError(Text.takeError());
  return true;
}

void State::read(StringRef Text) {
  if (!Text.starts_with(Header))
    return;
  GoodSize = Text.rfind('\n') + 1;
  StringRef Rest = Text.take_front(GoodSize).drop_front(Header.size());
  while (!Rest.empty()) {
    auto [Line, After] = Rest.split('\n');
    Rest = After;
    StringRef Whole = Line;
    if (Line.consume_front("f ")) {
      SeenFile File;
      if (!takeNumber(Line, File.Stamp.Size) ||
          !takeNumber(Line, File.Stamp.Time) ||
          !takeNumber(Line, File.Hash, 16)) {
        // Numbers of later files would be wrong. What is noted from now on
        // takes the place of the rest.
        GoodSize = size_t(Whole.data() - Text.data());
        break;
      }
      File.Path = Line.str();
      FileNumbers.try_emplace(Whole, Files.size());
      Files.push_back(std::move(File));
    } else if (Line.consume_front("m ")) {
      ModuleState Module;
      size_t Count = 0;
      bool Good = takeNumber(Line, Module.Program, 16) &&
                  takeNumber(Line, Module.Command, 16) &&
                  takeNumber(Line, Module.Image, 16) && takeNumber(Line, Count);
      for (size_t I = 0; Good && I != Count; ++I) {
        unsigned Number = 0;
        Good = takeNumber(Line, Number) && Number < Files.size();
        Module.Files.push_back(Number);
      }
      if (!Good)
        continue;
      ++ModuleLines;
      if (Count)
        ByName[Line] = std::move(Module);
      else
        ByName.erase(Line);
    }
  }
}

const ModuleState *State::find(StringRef Module) const {
  auto I = ByName.find(Module);
  return I == ByName.end() ? nullptr : &I->second;
}

std::string State::line(const SeenFile &File) const {
  return ("f " + Twine(File.Stamp.Size) + " " + Twine(File.Stamp.Time) + " " +
          utohexstr(File.Hash, /*LowerCase=*/true) + " " + File.Path)
      .str();
}

std::string State::line(StringRef Module, const ModuleState &State) const {
  std::string Text = "m " + utohexstr(State.Program, true) + " " +
                     utohexstr(State.Command, true) + " " +
                     utohexstr(State.Image, true) + " " +
                     std::to_string(State.Files.size());
  for (unsigned Number : State.Files)
    Text += " " + std::to_string(Number);
  return Text + " " + Module.str();
}

unsigned State::addFile(const SeenFile &File) {
  std::string Line = line(File);
  auto [I, IsNew] = FileNumbers.try_emplace(Line, Files.size());
  if (IsNew) {
    Files.push_back(File);
    Pending += Line + "\n";
  }
  return I->second;
}

void State::set(StringRef Module, ModuleState New) {
  Pending += line(Module, New) + "\n";
  ++ModuleLines;
  ByName[Module] = std::move(New);
}

void State::forget(StringRef Module) {
  if (!ByName.erase(Module))
    return;
  Pending += line(Module, ModuleState()) + "\n";
  ++ModuleLines;
}

// A log without history: only files that some module still names.
Error State::rewrite() {
  State Fresh;
  Fresh.Path = Path;
  for (const auto &Entry : ByName) {
    ModuleState Module = Entry.second;
    for (unsigned &Number : Module.Files)
      Number = Fresh.addFile(Files[Number]);
    Fresh.set(Entry.first(), std::move(Module));
  }
  std::string Text = Header.str() + Fresh.Pending;
  if (Error E = replaceFile(Path, Text))
    return E;
  Fresh.Pending.clear();
  Fresh.GoodSize = Text.size();
  Fresh.Left = stampOf(Path);
  *this = std::move(Fresh);
  return Error::success();
}

Error State::save() {
  if (Pending.empty())
    return Error::success();
  if (GoodSize == 0 || ModuleLines > 2 * ByName.size() + 1000)
    return rewrite();
  Descriptor File(open(Path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!File)
    return rewrite();
  // What follows the last whole line is a write that did not finish.
  if (ftruncate(File.get(), off_t(GoodSize)) != 0 ||
      lseek(File.get(), 0, SEEK_END) < 0)
    return systemFailure("cannot write '" + Path + "'", errno);
  if (Error E = writeAll(File.get(), Pending, Path))
    return E;
  GoodSize += Pending.size();
  Pending.clear();
  Left = stampOf(Path);
  return Error::success();
}

} // namespace hcr
