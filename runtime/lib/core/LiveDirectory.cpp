// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "LiveDirectory.h"

#include "../sys/Process.h"
#include "Trust.h"

#include <cstdlib>

namespace hcr {

/// No process of this number, or one of long ago that had ours.
static bool isDead(const char *Number) {
  int Id = atoi(Number);
  return Id > 0 && (Id == sys::processId() || !sys::processLives(Id));
}

void LiveDirectory::removeDead() {
  // A report that was half written.
  constexpr std::string_view Half = "status.tmp.";
  std::string Above = Root.substr(0, Root.rfind('/'));
  for (const std::string &Name : sys::listDirectory(Above))
    if (Name.starts_with(Half) && isDead(Name.c_str() + Half.size()))
      sys::removeFile(Above + "/" + Name);
  for (const std::string &Name : sys::listDirectory(Root)) {
    if (isDead(Name.c_str()))
      sys::removeTree(Root + "/" + Name);
  }
}

Error LiveDirectory::make() {
  if (Process == sys::processId())
    return Error();
  std::string Wanted = Root + "/" + std::to_string(sys::processId());
  int Failed = sys::makeDirectories(Root, 0775);
  sys::Distrust Bad = sys::checkDirectory(Root, User, false);
  if (!Failed && Bad.Why == sys::Distrust::None) {
    removeDead();
    Failed = sys::makeDirectories(Wanted, 0700);
    // What was there and could not be removed is somebody else's.
    Bad = sys::checkDirectory(Wanted, User, true);
  }
  if (Bad.Why != sys::Distrust::None)
    return Error("cannot keep copies of images: " + explain(Bad, User));
  if (Failed)
    return Error(format("cannot make the directory %s: %s; make it writable or "
                        "name another one in HCR_DIR",
                        Wanted.c_str(), sys::describe(Failed).c_str()));
  Path = Wanted;
  Process = sys::processId();
  return Error();
}

void LiveDirectory::remove() {
  if (Process && Process == sys::processId())
    sys::removeTree(Path);
  forget();
}

void LiveDirectory::forget() {
  Process = 0;
  Path.clear();
}

} // namespace hcr
