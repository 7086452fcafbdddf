// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Publisher.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

using namespace llvm;
namespace fs = llvm::sys::fs;

namespace hcr {

bool Publisher::isSame(const ImageJob &Job) {
  const std::string &Name = Job.Record->Module;
  uint64_t Current = Notes.imageOf(Name);
  if (!Current && !Tree.empty()) {
    if (!Linked)
      Linked = readJournal(P);
    Current = (*Linked)[Name].Hash;
  }
  return Current && Current == Job.Hash && fs::exists(P.image(Name));
}

// The journal line follows the rename. On a full disk it could not be
// written any more and image and journal would disagree, so its space is
// taken before anything is touched.
Error Publisher::reserveJournal(size_t Bytes) {
  std::string Path = P.file("journal");
  Descriptor File(open(Path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
  if (!File)
    return systemFailure("cannot write '" + Path + "'", errno);
  off_t End = lseek(File.get(), 0, SEEK_END);
  if (fallocate(File.get(), FALLOC_FL_KEEP_SIZE, End, off_t(Bytes)) != 0 &&
      errno == ENOSPC)
    return systemFailure("cannot write '" + Path + "'", ENOSPC);
  return Error::success();
}

Error Publisher::announce(ArrayRef<const ImageJob *> New,
                          ArrayRef<std::string> Gone) {
  std::vector<JournalEntry> Entries;
  size_t Bytes = 1;
  for (const ImageJob *Job : New) {
    const std::string &Name = Job->Record->Module;
    Entries.push_back({Name, Job->Size, Job->Hash, false});
    Bytes += Name.size() + 64;
    std::string Directory = sys::path::parent_path(P.image(Name)).str();
    if (Error E = makeDirectory(Directory))
      return E;
  }
  for (const std::string &Name : Gone) {
    Entries.push_back({Name, 0, 0, true});
    Bytes += Name.size() + 8;
  }
  if (Entries.empty())
    return Error::success();
  if (Error E = reserveJournal(Bytes))
    return E;
  for (const ImageJob *Job : New) {
    std::string Target = P.image(Job->Record->Module);
    if (rename(Job->Image.c_str(), Target.c_str()) != 0)
      return systemFailure("cannot write '" + Target + "'", errno);
  }
  return appendJournal(P, Entries);
}

Expected<Published> Publisher::publish(ArrayRef<ImageJob> Jobs,
                                       ArrayRef<std::string> Gone) {
  Published Result;
  Linked.reset();
  std::vector<const ImageJob *> New;
  for (const ImageJob &Job : Jobs) {
    bool Same = isSame(Job);
    (Same ? Result.Same : Result.Built).push_back(Job.Record->Module);
    if (!Same)
      New.push_back(&Job);
  }
  if (Error E = announce(New, Gone))
    return std::move(E);
  for (const ImageJob &Job : Jobs)
    Notes.remember(*Job.Record, Job.Files, Job.Started, Job.Hash);
  for (const std::string &Name : Gone) {
    fs::remove(P.image(Name));
    Notes.forget(Name);
    Tree.remove(Name);
  }
  if (!Tree.empty())
    if (Error E = Tree.save(P))
      return std::move(E);
  if (Error E = Notes.save())
    return std::move(E);
  return Result;
}

} // namespace hcr
