// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Good images become those that the program is to load: all or none.
//
// They are renamed into place and then put into the journal with one write.
#ifndef HCR_UTILS_PUBLISHER_H
#define HCR_UTILS_PUBLISHER_H

#include "Freshness.h"
#include "ImageCompiler.h"
#include "ImportTree.h"
#include "Journal.h"

namespace hcr {

struct Published {
  std::vector<std::string> Built; // are new
  std::vector<std::string> Same;  // compiled, but the image came out equal
};

class Publisher {
public:
  Publisher(const Program &P, Freshness &Notes, ImportTree &Tree)
      : P(P), Notes(Notes), Tree(Tree) {}

  // Gone: modules whose source is no longer there.
  llvm::Expected<Published> publish(llvm::ArrayRef<ImageJob> Jobs,
                                    llvm::ArrayRef<std::string> Gone);

private:
  bool isSame(const ImageJob &Job);
  llvm::Error reserveJournal(size_t Bytes);
  llvm::Error announce(llvm::ArrayRef<const ImageJob *> New,
                       llvm::ArrayRef<std::string> Gone);

  const Program &P;
  Freshness &Notes;
  ImportTree &Tree;
  // Images that `hcr link` made; read when the notes do not know one.
  std::optional<std::map<std::string, JournalEntry>> Linked;
};

} // namespace hcr
#endif
