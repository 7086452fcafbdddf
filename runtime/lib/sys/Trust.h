// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files that nobody but this user and root could have made.
//
// What is loaded runs with all rights of the program, so the question is not
// what the file says but who could have put it there. Asked are the directory
// that the user named and everything below it, each as it was opened, so that
// nobody can exchange it between the question and the reading:
//
//   owner        the program's user or root
//   written by   its owner. Its group, too, unless the program is setuid: many
//                systems give each user a group of his own and let it write.
//                In a directory that all may write to (with the sticky bit) the
//                entry's own owner counts; without the bit nothing counts
//   links        below the directory: none. The directory itself may be
//                reached through some, they are the user's choice
#ifndef HCR_SYS_TRUST_H
#define HCR_SYS_TRUST_H

#include "Files.h"

namespace hcr::sys {

struct Distrust {
  enum Reason { None, IsLink, OtherOwner, AllMayWrite, GroupMayWrite };
  Reason Why = None;
  std::string Path;   // of what is not trusted
  unsigned Owner = 0; // of it
};

/// The user whose files are trusted, besides root's.
unsigned effectiveUser();

/// Reads Directory/Below. EPERM and a reason in Bad: somebody else could have
/// made it.
int readTrusted(const std::string &Directory, std::string_view Below,
                unsigned User, Content &Out, FileId &Id, Distrust &Bad);
/// The same of what lies behind Offset.
int readTrustedBehind(const std::string &Directory, std::string_view Below,
                      unsigned User, uint64_t Offset, std::string &Out,
                      FileId &Id, Distrust &Bad);
/// May entries of a directory be made and used? Not a link, User's or root's,
/// written by nobody else; with Private User's alone, and closed to others.
Distrust checkDirectory(const std::string &Path, unsigned User, bool Private);

} // namespace hcr::sys

#endif
