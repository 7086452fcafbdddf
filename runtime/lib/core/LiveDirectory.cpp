// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "LiveDirectory.h"

#include "../sys/Process.h"

#include <cstdlib>

namespace hcr {

void LiveDirectory::removeDead() {
  for (const std::string &Name : sys::listDirectory(Root)) {
    int Id = atoi(Name.c_str());
    // What bears our own number is left from a process of long ago.
    if (Id > 0 && (Id == sys::processId() || !sys::processLives(Id)))
      sys::removeTree(Root + "/" + Name);
  }
}

Error LiveDirectory::make() {
  if (Process == sys::processId())
    return Error();
  std::string Wanted = Root + "/" + std::to_string(sys::processId());
  removeDead();
  int Failed = sys::makeDirectories(Root, 0777);
  if (!Failed)
    Failed = sys::makeDirectories(Wanted, 0700);
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
