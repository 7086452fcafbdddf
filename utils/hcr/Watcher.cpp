// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Watcher.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cerrno>
#include <linux/magic.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

using namespace llvm;
namespace path = llvm::sys::path;

namespace hcr {

static constexpr int QuietClosed = 5, QuietOpen = 50, QuietMissing = 250;
static constexpr unsigned DefaultPoll = 500, RetryLost = 200;
// Somebody who saves all the time must not keep us waiting for ever, unless
// he is in the middle of a file.
static constexpr int LongestBatch = 2000;
// In linux/magic.h of newer kernels only, or in none.
static constexpr unsigned CifsMagic = 0xff534d42, Smb2Magic = 0xfe534d42,
                          FuseMagic = 0x65735546, CephMagic = 0x00c36400,
                          LustreMagic = 0x0bd00bd0, GpfsMagic = 0x47504653,
                          VboxMagic = 0x786f4256;

Watcher::Watcher(std::optional<unsigned> Poll) : Poll(Poll) {
  if (!Poll)
    Inotify.reset(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
}

// inotify sees what is done through this mount; on these file systems others
// write, too: other machines, or somebody below (the layers of an overlay, the
// server of FUSE).
static bool isShared(StringRef Directory) {
  struct statfs Info;
  if (statfs(Directory.str().c_str(), &Info) != 0)
    return false;
  switch (unsigned(Info.f_type)) {
  case NFS_SUPER_MAGIC:
  case SMB_SUPER_MAGIC:
  case V9FS_MAGIC:
  case CODA_SUPER_MAGIC:
  case AFS_SUPER_MAGIC:
  case OCFS2_SUPER_MAGIC:
  case OVERLAYFS_SUPER_MAGIC:
  case CifsMagic:
  case Smb2Magic:
  case FuseMagic:
  case CephMagic:
  case LustreMagic:
  case GpfsMagic:
  case VboxMagic:
    return true;
  default:
    return false;
  }
}

bool Watcher::mustPoll(StringRef Directory) {
  if (Poll || !Inotify)
    return true;
  auto [I, IsNew] = Unreported.try_emplace(Directory);
  if (IsNew)
    I->second = isShared(Directory);
  return I->second;
}

bool Watcher::addDirectory(StringRef Directory) {
  if (!Watched.insert(Directory).second)
    return true;
  constexpr uint32_t Mask = IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE |
                            IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                            IN_MOVE_SELF | IN_ONLYDIR;
  int Watch = inotify_add_watch(Inotify.get(), Directory.str().c_str(), Mask);
  if (Watch >= 0) {
    Directories[Watch] = Directory.str();
    return true;
  }
  Watched.erase(Directory);
  if (errno == ENOSPC) // no watches left on this machine: look ourselves
    Poll = DefaultPoll;
  else
    Lost.insert(Directory);
  return false;
}

void Watcher::poll(StringRef Path) {
  if (!Polled.contains(Path))
    Polled.try_emplace(Path, Path.str());
}

void Watcher::watch(const StringSet<> &Files, const StringSet<> &Sources) {
  StringSet<> Places;
  std::vector<std::string> Added;
  auto Add = [&](StringRef Path, StringRef Name) {
    if (!Names.try_emplace(Path, Name.str()).second)
      return;
    Places.insert(path::parent_path(Path));
    Added.push_back(Path.str());
  };
  for (const auto &Entry : Files) {
    StringRef Name = Entry.first();
    SmallString<256> Dots(Name), Real;
    path::remove_dots(Dots, /*remove_dot_dot=*/false);
    if (Names.contains(Dots))
      continue;
    Add(Dots, Name);
    if (!sys::fs::real_path(Name, Real)) // saved through a link's target
      Add(Real, Name);
  }
  for (const auto &Entry : Sources)
    if (SourceDirectories.insert(Entry.first()).second)
      Places.insert(Entry.first());
  bool PolledBefore = Poll.has_value();
  // Where others write as well, what this machine does is still seen at once.
  for (const auto &Entry : Places)
    if (!Poll && Inotify)
      addDirectory(Entry.first());
  bool PollsNow = Poll.has_value() != PolledBefore;
  if (PollsNow)
    for (const auto &Entry : Names)
      poll(Entry.first());
  for (const std::string &Path : Added)
    if (mustPoll(path::parent_path(Path)))
      poll(Path);
  for (const auto &Entry : PollsNow ? SourceDirectories : Sources)
    if (mustPoll(Entry.first())) // what is there is not new
      newSourcesIn(Entry.first());
}

// A directory was deleted or moved away, and may come back (git checkout).
// What happened in it meanwhile nobody saw.
void Watcher::retryLostDirectories(Batch &Changed) {
  StringSet<> Again;
  std::swap(Again, Lost);
  for (const auto &Entry : Again)
    if (addDirectory(Entry.first()))
      for (const auto &Name : Names)
        if (path::parent_path(Name.first()) == Entry.first())
          take(Entry.first(), path::filename(Name.first()), IN_CLOSE_WRITE,
               Changed);
}

void Watcher::Batch::touch() {
  if (!Since)
    Since.emplace();
  Last.emplace();
}

int Watcher::Batch::quiet() const {
  if (!Missing.empty())
    return QuietMissing;
  return Open.empty() ? QuietClosed : QuietOpen;
}

bool looksLikeSource(StringRef Path) {
  StringRef Name = path::filename(Path);
  if (Name.starts_with(".") || Name.starts_with("#"))
    return false;
  return StringSwitch<bool>(path::extension(Name))
      .Cases(".c", ".cc", ".cpp", ".cxx", ".C", ".c++", true)
      .Default(false);
}

bool looksLikeNim(StringRef Path) {
  StringRef Name = path::filename(Path);
  return !Name.starts_with(".") &&
         (Name.ends_with(".nim") || Name.ends_with(".nims") ||
          Name.ends_with("nim.cfg"));
}

static bool mayBeNew(StringRef Path) {
  return looksLikeSource(Path) || looksLikeNim(Path);
}

void Watcher::take(StringRef Directory, StringRef Name, uint32_t Mask,
                   Batch &Changed) {
  SmallString<256> Path(Directory);
  path::append(Path, Name);
  auto Known = Names.find(Path);
  std::string Reported =
      Known == Names.end() ? std::string(Path) : Known->second;
  if (Known == Names.end()) {
    if (!mayBeNew(Name) || !SourceDirectories.contains(Directory))
      return;
    if (Mask & (IN_DELETE | IN_MOVED_FROM)) {
      Changed.NewSources.erase(Reported);
      return;
    }
    Changed.NewSources.insert(Reported);
  } else {
    Changed.Files.insert(Reported);
  }
  Changed.touch();
  Changed.Open.erase(Reported);
  Changed.Missing.erase(Reported);
  if (Mask & (IN_DELETE | IN_MOVED_FROM))
    Changed.Missing.insert(Reported);
  else if (Mask & (IN_MODIFY | IN_CREATE))
    Changed.Open.insert(Reported);
}

void Watcher::readEvent(int Watch, uint32_t Mask, StringRef Name,
                        Batch &Changed) {
  if (Mask & IN_Q_OVERFLOW) {
    Changed.Everything = true;
    Changed.touch();
    return;
  }
  auto I = Directories.find(Watch);
  if (I == Directories.end())
    return;
  if (Mask & IN_MOVE_SELF) {
    inotify_rm_watch(Inotify.get(), Watch); // answers with IN_IGNORED
  } else if (Mask & IN_IGNORED) {
    Watched.erase(I->second);
    Lost.insert(I->second);
    Directories.erase(I);
  } else if (!Name.empty() && !(Mask & IN_ISDIR)) {
    take(I->second, Name, Mask, Changed);
  }
}

void Watcher::readEvents(Batch &Changed) {
  alignas(inotify_event) char Buffer[65536];
  for (;;) {
    ssize_t Count = read(Inotify.get(), Buffer, sizeof(Buffer));
    if (Count <= 0)
      return;
    for (char *At = Buffer; At < Buffer + Count;) {
      auto *Event = reinterpret_cast<inotify_event *>(At);
      At += sizeof(inotify_event) + Event->len;
      readEvent(Event->wd, Event->mask, Event->len ? Event->name : "", Changed);
    }
  }
}

void Watcher::pollFiles(Batch &Changed) {
  for (auto &Entry : Polled) {
    Glimpse Now(Entry.first().str());
    if (Now == Entry.second)
      continue;
    Entry.second = Now;
    take(path::parent_path(Entry.first()), path::filename(Entry.first()),
         Now.Stamp ? IN_MODIFY : IN_DELETE, Changed);
  }
}

std::vector<std::string> Watcher::newSourcesIn(StringRef Directory) {
  std::vector<std::string> Result;
  std::error_code Code;
  for (sys::fs::directory_iterator I(Directory, Code), End; !Code && I != End;
       I.increment(Code))
    if (mayBeNew(I->path()) && !Names.contains(I->path()) &&
        Bystanders.insert(I->path()).second)
      Result.push_back(I->path());
  return Result;
}

void Watcher::pollNewSources(Batch &Changed) {
  for (const auto &Entry : SourceDirectories)
    if (mustPoll(Entry.first()))
      for (const std::string &Path : newSourcesIn(Entry.first()))
        take(Entry.first(), path::filename(Path), IN_MODIFY, Changed);
}

Watcher::Changes Watcher::wait(int Stop) {
  Batch Changed;
  for (;;) {
    int Timeout = -1;
    if (!Polled.empty())
      Timeout = int(Poll.value_or(DefaultPoll));
    if (!Lost.empty())
      Timeout =
          Timeout < 0 ? int(RetryLost) : std::min(Timeout, int(RetryLost));
    if (!Changed.empty()) {
      int Left = Changed.quiet() - int(Changed.Last->milliseconds());
      if (Changed.Open.empty() && Changed.Missing.empty())
        Left =
            std::min(Left, LongestBatch - int(Changed.Since->milliseconds()));
      if (Left <= 0)
        break;
      Timeout = Timeout < 0 ? Left : std::min(Timeout, Left);
    }
    pollfd Wait[] = {{Stop, POLLIN, 0}, {Inotify.get(), POLLIN, 0}};
    ::poll(Wait, 2, Timeout);
    if (Wait[0].revents) {
      Changes Result;
      Result.Stopped = true;
      return Result;
    }
    if (Wait[1].revents)
      readEvents(Changed);
    if (!Lost.empty())
      retryLostDirectories(Changed);
    if (!Polled.empty()) {
      pollFiles(Changed);
      pollNewSources(Changed);
    }
  }
  Changes Result;
  Result.Everything = Changed.Everything;
  for (const auto &Entry : Changed.Files)
    Result.Files.push_back(Entry.first().str());
  for (const auto &Entry : Changed.NewSources)
    Result.NewSources.push_back(Entry.first().str());
  Result.Since = *Changed.Since;
  return Result;
}

} // namespace hcr
