// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Trust.h"

#include "Descriptor.h"
#include "Process.h"

#include <cerrno>
#include <sys/stat.h>

namespace hcr::sys {

unsigned effectiveUser() { return geteuid(); }

static Distrust judge(const struct stat &S, unsigned User, std::string Path) {
  auto Found = Distrust::None;
  bool IsShared = S_ISDIR(S.st_mode) && (S.st_mode & S_ISVTX);
  if (S.st_uid != User && S.st_uid != 0)
    Found = Distrust::OtherOwner;
  else if ((S.st_mode & S_IWOTH) && !IsShared)
    Found = Distrust::AllMayWrite;
  else if ((S.st_mode & S_IWGRP) && !IsShared && isSecure())
    Found = Distrust::GroupMayWrite;
  return {Found, std::move(Path), S.st_uid};
}

static Distrust judge(const Descriptor &File, unsigned User,
                      const std::string &Path) {
  struct stat S;
  return fstat(File.get(), &S) ? Distrust() : judge(S, User, Path);
}

/// Why a component could not be opened: because it is a link?
static bool isLink(const Descriptor &Parent, const std::string &Name) {
  struct stat S;
  return !fstatat(Parent.get(), Name.c_str(), &S, AT_SYMLINK_NOFOLLOW) &&
         S_ISLNK(S.st_mode);
}

/// Walks from Directory to Directory/Below, looking at each component.
static int openTrusted(const std::string &Directory, std::string_view Below,
                       unsigned User, Descriptor &Out, Distrust &Bad) {
  Bad = {};
  Descriptor At(Directory.c_str(), O_RDONLY | O_DIRECTORY);
  if (!At)
    return errno;
  Bad = judge(At, User, Directory);
  std::string Path = Directory;
  while (Bad.Why == Distrust::None && !Below.empty()) {
    size_t Slash = Below.find('/');
    std::string Name(Below.substr(0, Slash));
    Below.remove_prefix(Slash == std::string_view::npos ? Below.size()
                                                        : Slash + 1);
    Path += "/" + Name;
    if (Name == "..")
      return EINVAL;
    // A pipe or a device that somebody put there must not block the program.
    int Flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    Descriptor Next(At.get(), Name.c_str(),
                    Slash == std::string_view::npos ? Flags
                                                    : Flags | O_DIRECTORY);
    if (!Next) {
      int Failed = errno;
      if (!isLink(At, Name))
        return Failed;
      Bad = {Distrust::IsLink, Path, 0};
      break;
    }
    Bad = judge(Next, User, Path);
    At = std::move(Next);
  }
  if (Bad.Why != Distrust::None)
    return EPERM;
  Out = std::move(At);
  return 0;
}

int readTrusted(const std::string &Directory, std::string_view Below,
                unsigned User, Content &Out, FileId &Id, Distrust &Bad) {
  Descriptor File;
  if (int Failed = openTrusted(Directory, Below, User, File, Bad))
    return Failed;
  return readWhole(File.get(), Out, Id);
}

int readTrustedBehind(const std::string &Directory, std::string_view Below,
                      unsigned User, uint64_t Offset, std::string &Out,
                      FileId &Id, Distrust &Bad) {
  Descriptor File;
  if (int Failed = openTrusted(Directory, Below, User, File, Bad))
    return Failed;
  return readBehind(File.get(), Offset, Out, Id);
}

Distrust checkDirectory(const std::string &Path, unsigned User, bool Private) {
  struct stat S;
  if (lstat(Path.c_str(), &S))
    return {};
  if (S_ISLNK(S.st_mode))
    return {Distrust::IsLink, Path, S.st_uid};
  if (!Private)
    return judge(S, User, Path);
  auto Found = S.st_uid != User      ? Distrust::OtherOwner
               : S.st_mode & S_IRWXO ? Distrust::AllMayWrite
               : S.st_mode & S_IRWXG ? Distrust::GroupMayWrite
                                     : Distrust::None;
  return {Found, Path, S.st_uid};
}

} // namespace hcr::sys
