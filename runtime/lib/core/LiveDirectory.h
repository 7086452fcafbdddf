// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// PROGRAM.hcr/live/<pid>/: this process's private copies of images. They stay
// while the process lives, because debuggers and profilers read them.
#ifndef HCR_CORE_LIVEDIRECTORY_H
#define HCR_CORE_LIVEDIRECTORY_H

#include "Error.h"

namespace hcr {

class LiveDirectory {
public:
  void open(std::string Parent, unsigned TrustedUser) {
    Root = std::move(Parent) + "/live";
    User = TrustedUser;
  }
  /// Makes the directory when it is needed first, and removes those of
  /// processes that died.
  Error make();
  const std::string &path() const { return Path; }
  /// Removes it, unless this process is a fork of the one that made it.
  void remove();
  /// In the child of a fork: the directory is the parent's.
  void forget();

private:
  void removeDead();
  std::string Root, Path;
  unsigned User = 0;
  int Process = 0;
};

} // namespace hcr

#endif
