// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The compilers that wrote sources of a program, and when they have to run
// again: before each build, if something that they read has changed.
#ifndef HCR_UTILS_GENERATORS_H
#define HCR_UTILS_GENERATORS_H

#include "Builder.h"
#include "NimProject.h"

namespace hcr {

class Generators {
public:
  Generators(const Program &P, const Modules &Found,
             const BuildOptions &Options, const Report &Out);

  bool empty() const { return Projects.empty(); }
  size_t fileCount() const;

  struct Outcome {
    bool Failed = false; // the reasons were reported
    bool Ran = false;
    // Sources to build: changed, new, or no longer there.
    std::vector<std::string> Files;
    double Milliseconds = 0;
  };
  // Runs those that have to, tells the builder about new sources and removes
  // those that nobody needs any more.
  llvm::Expected<Outcome> update(Builder &B);

  // One of them reads the file, as newFiles() or a person names it.
  bool isInput(llvm::StringRef File) const;
  // The sources that the program has because of such a file, and others.
  std::vector<std::string> outputs(const Builder &B) const;
  // The change of these files is a reason to call update(). After an error each
  // is: one of them may be what was missing.
  bool concerns(llvm::ArrayRef<std::string> Files) const;
  // Files to watch that are new since the last call.
  NewFiles newFiles();

private:
  llvm::Error updateOne(NimProject &Project, Builder &B, Outcome &Result);
  llvm::Error addAndRemove(const NimProject &Project,
                           llvm::ArrayRef<std::string> Linked, Builder &B,
                           std::vector<std::string> &Files);
  void watch(llvm::StringRef File);
  void watchBelow(llvm::StringRef Directory);
  void watchMentioned(llvm::StringRef Output);

  const Program &P;
  BuildOptions Options;
  const Report &Out;
  std::vector<NimProject> Projects;
  llvm::StringSet<> Watched;
  NewFiles Untold;
  bool HasFailed = false; // the last time
};

} // namespace hcr
#endif
