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
// In linux/magic.h of newer kernels only.
static constexpr unsigned CifsMagic = 0xff534d42, FuseMagic = 0x65735546;

Watcher::Watcher(std::optional<unsigned> Poll) : Poll(Poll) {
  if (!Poll)
    Inotify.reset(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
}

// inotify sees what this machine does; on these file systems others write.
bool Watcher::mustPoll(StringRef Directory) const {
  if (Poll || !Inotify)
    return true;
  struct statfs Info;
  if (statfs(Directory.str().c_str(), &Info) != 0)
    return false;
  switch (unsigned(Info.f_type)) {
  case NFS_SUPER_MAGIC:
  case SMB_SUPER_MAGIC:
  case V9FS_MAGIC:
  case CifsMagic:
  case FuseMagic:
    return true;
  default:
    return false;
  }
}

void Watcher::addDirectory(StringRef Directory) {
  if (!Watched.insert(Directory).second)
    return;
  constexpr uint32_t Mask = IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE |
                            IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                            IN_ONLYDIR;
  int Watch = inotify_add_watch(Inotify.get(), Directory.str().c_str(), Mask);
  if (Watch >= 0) {
    Directories[Watch] = Directory.str();
    return;
  }
  Watched.erase(Directory);
  if (errno == ENOSPC) // no watches left on this machine: look ourselves
    Poll = DefaultPoll;
  else
    Lost.insert(Directory);
}

void Watcher::watch(const StringSet<> &Files, const StringSet<> &Sources) {
  for (const auto &Entry : Sources)
    SourceDirectories.insert(Entry.first());
  StringSet<> Places = SourceDirectories;
  auto Add = [&](StringRef Path, StringRef Name) {
    Names.try_emplace(Path, Name.str());
    Places.insert(path::parent_path(Path));
  };
  for (const auto &Entry : Files) {
    StringRef Name = Entry.first();
    SmallString<256> Dots(Name), Real;
    path::remove_dots(Dots, /*remove_dot_dot=*/false);
    Add(Dots, Name);
    if (!sys::fs::real_path(Name, Real)) // saved through a link's target
      Add(Real, Name);
  }
  for (const auto &Entry : Places)
    if (!mustPoll(Entry.first()))
      addDirectory(Entry.first());
  for (const auto &Entry : Names)
    if (mustPoll(path::parent_path(Entry.first())))
      Polled.try_emplace(Entry.first(), stampOf(Entry.first().str()));
}

// A directory was deleted, and may come back (git checkout).
void Watcher::retryLostDirectories() {
  StringSet<> Again;
  std::swap(Again, Lost);
  for (const auto &Entry : Again)
    addDirectory(Entry.first());
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

void Watcher::take(StringRef Directory, StringRef Name, uint32_t Mask,
                   Batch &Changed) {
  SmallString<256> Path(Directory);
  path::append(Path, Name);
  auto Known = Names.find(Path);
  std::string Reported =
      Known == Names.end() ? std::string(Path) : Known->second;
  if (Known == Names.end()) {
    if (!looksLikeSource(Name) || !SourceDirectories.contains(Directory))
      return;
    if (Mask & (IN_DELETE | IN_MOVED_FROM)) {
      Changed.NewSources.erase(Reported);
      return;
    }
    Changed.NewSources.insert(Reported);
  } else {
    Changed.Files.insert(Reported);
  }
  if (!Changed.Since)
    Changed.Since.emplace();
  Changed.Last.emplace();
  Changed.Open.erase(Reported);
  Changed.Missing.erase(Reported);
  if (Mask & (IN_DELETE | IN_MOVED_FROM))
    Changed.Missing.insert(Reported);
  else if (Mask & (IN_MODIFY | IN_CREATE))
    Changed.Open.insert(Reported);
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
      if (Event->mask & IN_Q_OVERFLOW) { // lost some: it may be any file
        for (const auto &Entry : Names)
          take(path::parent_path(Entry.first()), path::filename(Entry.first()),
               IN_CLOSE_WRITE, Changed);
        continue;
      }
      auto I = Directories.find(Event->wd);
      if (I == Directories.end())
        continue;
      if (Event->mask & IN_IGNORED) {
        Watched.erase(I->second);
        Lost.insert(I->second);
        Directories.erase(I);
      } else if (Event->len && !(Event->mask & IN_ISDIR)) {
        take(I->second, Event->name, Event->mask, Changed);
      }
    }
  }
}

void Watcher::pollFiles(Batch &Changed) {
  for (auto &Entry : Polled) {
    std::optional<FileStamp> Now = stampOf(Entry.first().str());
    if (Now == Entry.second)
      continue;
    Entry.second = Now;
    take(path::parent_path(Entry.first()), path::filename(Entry.first()),
         Now ? IN_MODIFY : IN_DELETE, Changed);
  }
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
      retryLostDirectories();
    if (!Polled.empty())
      pollFiles(Changed);
  }
  Changes Result;
  for (const auto &Entry : Changed.Files)
    Result.Files.push_back(Entry.first().str());
  for (const auto &Entry : Changed.NewSources)
    Result.NewSources.push_back(Entry.first().str());
  Result.Since = *Changed.Since;
  return Result;
}

} // namespace hcr
