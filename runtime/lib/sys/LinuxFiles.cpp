// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hcr::sys {

namespace {

/// Closes on every way out. Descriptors never survive an exec of the program.
class Descriptor {
public:
  Descriptor(const char *Path, int Flags, mode_t Mode = 0)
      : Number(open(Path, Flags | O_CLOEXEC, Mode)) {}
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  ~Descriptor() {
    if (Number >= 0)
      close(Number);
  }
  explicit operator bool() const { return Number >= 0; }
  int get() const { return Number; }

private:
  int Number;
};

FileId identityOf(const struct stat &S) {
  FileId Id;
  Id.Device = S.st_dev;
  Id.Inode = S.st_ino;
  Id.Size = static_cast<uint64_t>(S.st_size);
  Id.Time = S.st_mtim.tv_sec * INT64_C(1000000000) + S.st_mtim.tv_nsec;
  Id.IsDirectory = S_ISDIR(S.st_mode);
  return Id;
}

int writeAll(int Number, const char *Data, size_t Size) {
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

/// Reads to the end into a container of bytes. A regular file only: opening a
/// pipe or a device that somebody put there must not block the program.
template <class Bytes>
int readFrom(const std::string &Path, uint64_t Offset, Bytes &Out, FileId &Id) {
  Out.clear();
  Descriptor File(Path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!File)
    return errno;
  struct stat S;
  if (fstat(File.get(), &S))
    return errno;
  if (!S_ISREG(S.st_mode))
    return S_ISDIR(S.st_mode) ? EISDIR : EINVAL;
  Id = identityOf(S);
  if (Offset >= Id.Size)
    return 0;
  Out.resize(Id.Size - Offset);
  size_t Have = 0;
  while (Have < Out.size()) {
    ssize_t Done = pread(File.get(), Out.data() + Have, Out.size() - Have,
                         static_cast<off_t>(Offset + Have));
    if (Done < 0 && errno == EINTR)
      continue;
    if (Done < 0)
      return errno;
    if (!Done)
      break;
    Have += static_cast<size_t>(Done);
  }
  Out.resize(Have);
  return 0;
}

} // namespace

FileId identify(const std::string &Path) {
  struct stat S;
  return stat(Path.c_str(), &S) ? FileId() : identityOf(S);
}

int readFile(const std::string &Path, std::vector<uint8_t> &Out, FileId &Id) {
  return readFrom(Path, 0, Out, Id);
}

int readTail(const std::string &Path, uint64_t Offset, std::string &Out,
             FileId &Id) {
  return readFrom(Path, Offset, Out, Id);
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
  Descriptor File(Path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY);
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
  DIR *Directory = opendir(Path.c_str());
  if (!Directory)
    return Names;
  while (dirent *Entry = readdir(Directory)) {
    std::string_view Name = Entry->d_name;
    if (Name != "." && Name != "..")
      Names.emplace_back(Name);
  }
  closedir(Directory);
  return Names;
}

std::string describe(int Errno) {
  char Text[128];
  Text[0] = 0;
  return strerror_r(Errno, Text, sizeof(Text));
}

} // namespace hcr::sys
