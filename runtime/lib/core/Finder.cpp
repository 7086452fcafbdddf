// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Finder.h"

#include <charconv>
#include <sys/types.h>

namespace hcr {

static constexpr std::string_view Suffix = ".so";

void Finder::open(std::string Where, int64_t NotBefore, unsigned TrustedUser) {
  sys::Guard G(Lock);
  Directory = std::move(Where);
  Oldest = NotBefore;
  User = TrustedUser;
}

std::string Finder::moduleOf(const std::string &Path) const {
  return Path.substr(Directory.size() + 1,
                     Path.size() - Directory.size() - 1 - Suffix.size());
}

static std::string_view takeField(std::string_view &Line) {
  size_t Space = Line.find(' ');
  std::string_view Field = Line.substr(0, Space);
  Line.remove_prefix(Space == std::string_view::npos ? Line.size() : Space + 1);
  return Field;
}

static bool parseNumber(std::string_view Text, int Base, uint64_t &Out) {
  auto [End, Failed] =
      std::from_chars(Text.data(), Text.data() + Text.size(), Out, Base);
  return Failed == std::errc() && End == Text.data() + Text.size();
}

void Finder::parseLine(std::string_view Line) {
  std::string_view Kind = takeField(Line);
  Found F;
  if (Kind == "gone") {
    F.Gone = true;
  } else if (Kind == "image") {
    std::string_view Size = takeField(Line), Hash = takeField(Line);
    if (!parseNumber(Size, 10, F.Size) || Hash.size() != 16 ||
        !parseNumber(Hash, 16, F.Hash))
      return;
    F.Announced = true;
  } else {
    return;
  }
  if (!isModuleName(Line))
    return;
  F.Module = Line;
  F.Path = Directory + "/" + F.Module + std::string(Suffix);

  Known &K = Files[F.Module];
  if (F.Gone) {
    K.Loaded = false;
    K.File = {};
    setState(K, F.Module, Known::New);
    notice(K, std::move(F));
    return;
  }
  sys::FileId File = sys::identify(F.Path);
  if (File && File.Time < Oldest)
    return;
  K.File = File;
  notice(K, std::move(F));
  setState(K, K.Newest.Module, isLoaded(K) ? Known::Idle : Known::New);
}

void Finder::notice(Known &K, Found F) {
  F.Number = ++Notices;
  K.Newest = std::move(F);
}

/// A look of another thread found something newer meanwhile.
bool Finder::isOlder(const Found &F, const Known &K) {
  return F.Number && F.Number != K.Newest.Number;
}

/// What was noticed last has the content that is loaded.
bool Finder::isLoaded(const Known &K) {
  return K.Loaded && K.Size == K.Newest.Size && K.Hash == K.Newest.Hash;
}

void Finder::setState(Known &K, const std::string &Module,
                      decltype(Known::State) S) {
  K.State = S;
  if (S == Known::Idle)
    Open.erase(Module);
  else
    Open.insert(Module);
}

void Finder::fail(const std::string &Path, int Errno) {
  Problem =
      format("cannot read %s: %s", Path.c_str(), sys::describe(Errno).c_str());
}

void Finder::fail(const sys::Distrust &Bad) { Problem = explain(Bad, User); }

void Finder::readJournal() {
  std::string Path = Directory + "/journal";
  int Failed;
  sys::FileId Now = sys::identify(Path, Failed);
  if (Failed)
    return fail(Path, Failed);
  if (Now == Journal)
    return;
  if (!Now || Now.Inode != Journal.Inode || Now.Device != Journal.Device ||
      Now.Size < Offset)
    Offset = 0; // a journal that was started anew
  Journal = Now;
  if (!Now)
    return;
  std::string Text;
  sys::Distrust Bad;
  Failed = sys::readTrustedBehind(Directory, "journal", User, Offset, Text,
                                  Journal, Bad);
  if (Failed) {
    Journal = {}; // so that the next look reads it
    return Bad.Why == sys::Distrust::None ? fail(Path, Failed) : fail(Bad);
  }
  std::string_view Rest = Text;
  for (size_t End; (End = Rest.find('\n')) != std::string_view::npos;) {
    parseLine(Rest.substr(0, End));
    Rest.remove_prefix(End + 1);
    Offset += End + 1;
  }
}

void Finder::noticeFile(const std::string &Path) {
  int Failed;
  sys::FileId File = sys::identify(Path, Failed);
  if (Failed)
    return fail(Path, Failed);
  if (!File || File.IsDirectory || File.Time < Oldest)
    return;
  std::string Module = moduleOf(Path);
  if (!isModuleName(Module))
    return;
  Known &K = Files[Module];
  if (K.File == File)
    return;
  K.File = File;
  Found F;
  F.Module = std::move(Module);
  F.Path = Path;
  notice(K, std::move(F));
  setState(K, K.Newest.Module, Known::New);
}

void Finder::scan(const std::string &Path, bool Recurse) {
  bool Top = Path == Directory;
  // The directory itself may be reached through a link; below it none leads
  // out, or in a circle.
  sys::FileId Id = Top ? sys::identify(Path) : sys::identifyEntry(Path);
  if (!Id.IsDirectory) {
    Scanned.erase(Path);
    return;
  }
  // File times have the kernel's tick (4 ms or so): a directory that changed
  // just now may change again without showing it, so it is not ticked off.
  constexpr int64_t Settled = 100'000'000;
  Scanned[Path] = sys::fileClock() - Id.Time > Settled ? Id.Time : 0;
  std::vector<std::string> Names;
  if (int Failed = sys::listDirectory(Path, Names)) {
    Scanned[Path] = 0;
    return fail(Path, Failed);
  }
  for (const std::string &Name : Names) {
    std::string Full = Path + "/" + Name;
    if (Name.size() > Suffix.size() && Name.ends_with(Suffix)) {
      noticeFile(Full);
      continue;
    }
    bool Private =
        Top && (Name == "live" || Name == "build" || Name == "journal" ||
                Name == "status" || Name == "lock" || Name == "imports");
    if (Private || Name.find(".tmp.") != std::string::npos)
      continue;
    if ((Recurse || !Scanned.contains(Full)) &&
        sys::identifyEntry(Full).IsDirectory)
      scan(Full, Recurse);
  }
}

bool Finder::builderAtWork() const {
  return sys::isLocked(Directory + "/lock");
}

bool Finder::isSuperseded(const Found &F) {
  // In this order: a builder that is done has written its lines.
  if (builderAtWork())
    return true;
  sys::Guard G(Lock);
  readJournal();
  const Found &Newest = Files[F.Module].Newest;
  return Newest.Gone || Newest.Size != F.Size || Newest.Hash != F.Hash;
}

void Finder::scanDirectories(bool NoJournal) {
  if (!Walked || Scanned.empty()) {
    if (builderAtWork())
      return;
    Walked = true;
    scan(Directory, true);
    return;
  }
  std::vector<std::string> Changed;
  for (const auto &[Path, Time] : Scanned) {
    sys::FileId Now = sys::identify(Path);
    // Without a journal an image may also be overwritten in place, which its
    // directory does not show.
    if (NoJournal || (Now.Time > Journal.Time && Now.Time != Time))
      Changed.push_back(Path);
  }
  if (Changed.empty() || builderAtWork())
    return;
  for (const std::string &Path : Changed)
    scan(Path, false);
}

void Finder::look() {
  if (Directory.empty())
    return;
  Problem.clear();
  readJournal();
  if (Problem.empty())
    scanDirectories(!Journal);
  // A file that was refused may be completed in place.
  for (const std::string &Module : std::vector(Open.begin(), Open.end())) {
    const Known &K = Files[Module];
    if (K.State != Known::New && !K.Newest.Gone &&
        sys::identify(K.Newest.Path) != K.File && !builderAtWork())
      noticeFile(std::string(K.Newest.Path));
  }
}

bool Finder::anythingNew() {
  sys::Guard G(Lock);
  look();
  // Once, so that a program which asks in a loop does not hear of it in each.
  if (!Problem.empty())
    return Problem != ToldProblem;
  ToldProblem.clear();
  constexpr uint64_t Pause = 1'000'000'000;
  for (const std::string &Module : Open) {
    const Known &K = Files[Module];
    if (K.State == Known::New ||
        (K.State == Known::Again && sys::now() - K.Refusal > Pause))
      return true;
  }
  return false;
}

std::string Finder::problem() {
  sys::Guard G(Lock);
  ToldProblem = Problem;
  return Problem;
}

std::vector<Found> Finder::take(bool WithHeld) {
  sys::Guard G(Lock);
  look();
  std::vector<Found> Out;
  for (const std::string &Module : Open) {
    const Known &K = Files[Module];
    if (K.State == Known::New || K.State == Known::Again ||
        (WithHeld && K.State == Known::Held))
      Out.push_back(K.Newest);
    if (K.State == Known::Held && WithHeld)
      Out.back().Held = true;
  }
  return Out;
}

std::vector<Found> Finder::takeAll() {
  sys::Guard G(Lock);
  look();
  std::vector<Found> Out;
  for (auto &[Name, K] : Files)
    if (!K.Newest.Module.empty() && (!K.Newest.Gone || K.State == Known::New))
      Out.push_back(K.Newest);
  return Out;
}

void Finder::loaded(const Found &F, uint64_t Size, uint64_t Hash) {
  sys::Guard G(Lock);
  Known &K = Files[F.Module];
  K.Loaded = !F.Gone;
  K.Size = Size;
  K.Hash = Hash;
  bool IsNew = isOlder(F, K) && !isLoaded(K);
  setState(K, F.Module, IsNew ? Known::New : Known::Idle);
}

void Finder::hold(const Found &F, Offer Again) {
  sys::Guard G(Lock);
  Known &K = Files[F.Module];
  if (isOlder(F, K))
    return;
  setState(K, F.Module,
           Again == Offer::WithEachReload ? Known::Again
           : Again == Offer::WithOthers   ? Known::Held
                                          : Known::Refused);
  K.Refusal = sys::now();
}

} // namespace hcr
