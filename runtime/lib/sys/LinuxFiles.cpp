// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Files.h"

#include "Descriptor.h"
#include "Library.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hcr::sys {

namespace {

FileId identityOf(const struct stat &S) {
  FileId Id;
  Id.Device = S.st_dev;
  Id.Inode = S.st_ino;
  Id.Size = static_cast<uint64_t>(S.st_size);
  Id.Time = S.st_mtim.tv_sec * INT64_C(1000000000) + S.st_mtim.tv_nsec;
  Id.IsDirectory = S_ISDIR(S.st_mode);
  return Id;
}

/// A file that grows beyond a limit of the process (RLIMIT_FSIZE) is an error
/// of ours, not the program's death: a SIGXFSZ made here is taken back.
class NoLimitSignal {
public:
  NoLimitSignal() {
    sigemptyset(&Limit);
    sigaddset(&Limit, SIGXFSZ);
    sigset_t Pending;
    sigpending(&Pending);
    WasPending = sigismember(&Pending, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &Limit, &Before);
  }
  ~NoLimitSignal() {
    timespec NoTime = {0, 0};
    if (!WasPending)
      while (sigtimedwait(&Limit, nullptr, &NoTime) < 0 && errno == EINTR)
        ;
    pthread_sigmask(SIG_SETMASK, &Before, nullptr);
  }
  NoLimitSignal(const NoLimitSignal &) = delete;
  NoLimitSignal &operator=(const NoLimitSignal &) = delete;

private:
  sigset_t Limit, Before;
  bool WasPending;
};

int writeAll(int Number, const char *Data, size_t Size) {
  NoLimitSignal Scope;
  while (Size) {
    ssize_t Done = write(Number, Data, Size);
    if (Done < 0 && errno == EINTR)
      continue;
    if (Done <= 0)
      return Done < 0 ? errno : ENOSPC;
    Data += Done;
    Size -= static_cast<size_t>(Done);
  }
  return 0;
}

/// A regular file only: what a pipe or a device says is no file's content.
int identifyRegular(int Number, FileId &Id) {
  struct stat S;
  if (fstat(Number, &S))
    return errno;
  if (!S_ISREG(S.st_mode))
    return S_ISDIR(S.st_mode) ? EISDIR : EINVAL;
  Id = identityOf(S);
  return 0;
}

/// Reads Size bytes; Have says how many there were.
int readAt(int Number, uint64_t Offset, void *Out, size_t Size, size_t &Have) {
  Have = 0;
  while (Have < Size) {
    ssize_t Done = pread(Number, static_cast<char *>(Out) + Have, Size - Have,
                         static_cast<off_t>(Offset + Have));
    if (Done < 0 && errno == EINTR)
      continue;
    if (Done < 0)
      return errno;
    if (!Done)
      break;
    Have += static_cast<size_t>(Done);
  }
  return 0;
}

} // namespace

void Content::release() {
  if (Pages)
    releasePages(Pages, Space);
  Pages = nullptr;
  Count = Space = 0;
}

FileId identify(const std::string &Path) {
  struct stat S;
  return stat(Path.c_str(), &S) ? FileId() : identityOf(S);
}

FileId identify(const std::string &Path, int &Failed) {
  struct stat S;
  Failed = 0;
  if (!stat(Path.c_str(), &S))
    return identityOf(S);
  if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
    Failed = errno;
  return FileId();
}

FileId identifyEntry(const std::string &Path) {
  struct stat S;
  return lstat(Path.c_str(), &S) ? FileId() : identityOf(S);
}

int readWhole(int Number, Content &Out, FileId &Id) {
  Out.release();
  if (int Failed = identifyRegular(Number, Id))
    return Failed;
  if (!Id.Size)
    return 0;
  Out.Pages = static_cast<uint8_t *>(allocatePages(Id.Size));
  if (!Out.Pages)
    return ENOMEM;
  Out.Space = Id.Size;
  return readAt(Number, 0, Out.Pages, Out.Space, Out.Count);
}

int readBehind(int Number, uint64_t Offset, std::string &Out, FileId &Id) {
  Out.clear();
  if (int Failed = identifyRegular(Number, Id))
    return Failed;
  if (Offset >= Id.Size)
    return 0;
  Out.resize(Id.Size - Offset);
  size_t Have;
  int Failed = readAt(Number, Offset, Out.data(), Out.size(), Have);
  Out.resize(Have);
  return Failed;
}

// Opening a pipe or a device that somebody put there must not block.
static constexpr int ReadFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY;

int readFile(const std::string &Path, Content &Out, FileId &Id) {
  Descriptor File(Path.c_str(), ReadFlags);
  return File ? readWhole(File.get(), Out, Id) : errno;
}

int readTail(const std::string &Path, uint64_t Offset, std::string &Out,
             FileId &Id) {
  Descriptor File(Path.c_str(), ReadFlags);
  return File ? readBehind(File.get(), Offset, Out, Id) : errno;
}

int writeNew(const std::string &Path, const void *Data, size_t Size) {
  Descriptor File(Path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0700);
  if (!File)
    return errno;
  int Failed = writeAll(File.get(), static_cast<const char *>(Data), Size);
  if (Failed)
    unlink(Path.c_str());
  return Failed;
}

int replaceFile(const std::string &Path, std::string_view Text) {
  std::string Aside = Path + ".tmp." + std::to_string(getpid());
  unlink(Aside.c_str());
  int Failed = 0;
  {
    Descriptor File(Aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
                    0644);
    if (!File)
      return errno;
    Failed = writeAll(File.get(), Text.data(), Text.size());
  }
  if (!Failed && rename(Aside.c_str(), Path.c_str()))
    Failed = errno;
  if (Failed)
    unlink(Aside.c_str());
  return Failed;
}

int makeDirectories(const std::string &Path, unsigned Mode) {
  if (!mkdir(Path.c_str(), Mode))
    return 0;
  if (errno == EEXIST)
    return identify(Path).IsDirectory ? 0 : ENOTDIR;
  if (errno != ENOENT)
    return errno;
  size_t Slash = Path.rfind('/');
  if (Slash == std::string::npos || !Slash)
    return ENOENT;
  if (int Failed = makeDirectories(Path.substr(0, Slash), Mode))
    return Failed;
  return mkdir(Path.c_str(), Mode) && errno != EEXIST ? errno : 0;
}

bool isLocked(const std::string &Path) {
  Descriptor File(Path.c_str(), ReadFlags);
  if (!File)
    return false;
  if (flock(File.get(), LOCK_SH | LOCK_NB))
    return errno == EWOULDBLOCK;
  // Not by closing it alone: a child forked just now may hold it open.
  flock(File.get(), LOCK_UN);
  return false;
}

void removeFile(const std::string &Path) { unlink(Path.c_str()); }

void removeTree(const std::string &Path) {
  // Links are removed, never followed.
  struct stat S;
  if (lstat(Path.c_str(), &S))
    return;
  if (S_ISDIR(S.st_mode)) {
    for (const std::string &Name : listDirectory(Path))
      removeTree(Path + "/" + Name);
    rmdir(Path.c_str());
  } else {
    unlink(Path.c_str());
  }
}

std::vector<std::string> listDirectory(const std::string &Path) {
  std::vector<std::string> Names;
  (void)listDirectory(Path, Names);
  return Names;
}

int listDirectory(const std::string &Path, std::vector<std::string> &Names) {
  DIR *Directory = opendir(Path.c_str());
  if (!Directory)
    return errno == ENOENT ? 0 : errno;
  errno = 0;
  while (dirent *Entry = readdir(Directory)) {
    std::string_view Name = Entry->d_name;
    if (Name != "." && Name != "..")
      Names.emplace_back(Name);
    errno = 0;
  }
  int Failed = errno;
  closedir(Directory);
  return Failed;
}

std::string describe(int Errno) {
  char Text[128];
  Text[0] = 0;
  return strerror_r(Errno, Text, sizeof(Text));
}

} // namespace hcr::sys
