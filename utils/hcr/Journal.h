// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// PROGRAM.hcr/journal and PROGRAM.hcr/lock (docs/Abi.md, decision 0002).
#ifndef HCR_UTILS_JOURNAL_H
#define HCR_UTILS_JOURNAL_H

#include "Program.h"
#include "Report.h"
#include <map>

namespace hcr {

struct JournalEntry {
  std::string Module;
  uint64_t Size = 0, Hash = 0;
  bool Gone = false;
};

// The last entry of each module.
std::map<std::string, JournalEntry> readJournal(const Program &P);
// Appends the entries with one write, so that a reload sees all or none.
llvm::Error appendJournal(const Program &P,
                          const std::vector<JournalEntry> &Entries);
// Starts the journal anew. Only under the lock and without live processes.
llvm::Error rewriteJournal(const Program &P,
                           const std::vector<JournalEntry> &Entries);

// Held while images are built; the kernel lets go of it when we die.
class BuildLock {
public:
  // Waits for another builder and says so after a moment.
  llvm::Error take(const Program &P, const Report &R);
  void release() { File.reset(); }

private:
  Descriptor File;
};

} // namespace hcr
#endif
