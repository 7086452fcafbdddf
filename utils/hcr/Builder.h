// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rebuilds the modules whose files changed, as images in PROGRAM.hcr.
//
// A build is all or nothing: images are compiled and linked in a directory of
// their own, and only when every one of them is good are they renamed into
// place and put into the journal with one write. A builder that is killed
// leaves that directory behind; the next one removes it.
#ifndef HCR_UTILS_BUILDER_H
#define HCR_UTILS_BUILDER_H

#include "Freshness.h"
#include "ImageCompiler.h"
#include "ImportTree.h"
#include "Naming.h"
#include "Publisher.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace hcr {

struct BuildResult {
  std::vector<std::string> Built; // published
  std::vector<std::string> Same;  // compiled, but the image came out equal
  std::vector<std::string> Gone;  // their source is no longer there
  std::vector<std::string> Added; // of Built: new in the program
  bool Failed = false;            // the reasons were reported
  // Milliseconds. Generate: before Total began.
  double Compile = 0, Link = 0, Total = 0, Generate = 0;
};

class Builder {
public:
  Builder(const Program &P, Modules Found, BuildOptions Options,
          const Report &Out);
  Builder(const Builder &) = delete;
  Builder &operator=(const Builder &) = delete;

  // Looks at all modules.
  llvm::Expected<BuildResult> build();
  // These modules; also unchanged ones that have no image yet.
  llvm::Expected<BuildResult> buildModules(llvm::StringSet<> Names);
  // Looks at modules that contain one of Files, as a person names them.
  llvm::Expected<BuildResult> buildNamed(llvm::ArrayRef<std::string> Files);
  // The same with names that newFiles() gave. What else has not changed is not
  // looked at: the time does not depend on the number of modules.
  llvm::Expected<BuildResult> buildChanged(llvm::ArrayRef<std::string> Files);

  // What the program did with the images of the last build. Those that it
  // refused are built again along with the next.
  void wereTaken(bool Taken);

  // Files of modules that became known since the last call.
  NewFiles newFiles() { return Notes.index().takeNew(); }
  size_t fileCount() const { return Notes.index().fileCount(); }
  size_t moduleCount() const { return Found.Known.size(); }
  // Some module contains the file (a name that newFiles() gave).
  bool isInProgram(llvm::StringRef File) const;
  // Makes a new source a module, with its neighbour's flags. True also if it
  // is one already.
  bool adopt(const std::string &Path);
  // Of all modules, as in their records.
  std::vector<std::string> sources() const;

private:
  using Records = std::vector<const CompileRecord *>;
  llvm::Error begin();
  void removeLeftovers();
  llvm::Error dropStaleImages();
  Records all() const;
  Records containing(llvm::ArrayRef<std::string> Files) const;
  std::vector<std::string> knownNames(llvm::ArrayRef<std::string> Files) const;
  Records judge(const Records &Scope, std::vector<std::string> &Gone);
  llvm::Expected<BuildResult> buildThese(llvm::function_ref<Records()> Scope);
  llvm::Expected<std::vector<ImageJob>>
  compile(llvm::function_ref<Records()> Scope, BuildResult &Result);
  llvm::Error giveUp(llvm::ArrayRef<ImageJob> Jobs, BuildResult &Result);
  llvm::Error finish(llvm::ArrayRef<ImageJob> Jobs, BuildResult &Result);

  Program P;
  Modules Found;
  BuildOptions Options;
  const Report &Out;
  ImportTree Tree;
  Freshness Notes;
  ImageCompiler Compiler;
  Naming Names;
  Publisher Images;
  llvm::StringSet<> Pending; // modules whose last build did not end well
  bool LookAtAll = false;    // the last build failed before it had looked
  llvm::StringSet<> Adopted, Needed;
  llvm::StringSet<> ToldAbout; // modules without source: say it once
  std::string Temporary;
};

} // namespace hcr
#endif
