// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rebuilds the modules whose files changed, as images in PROGRAM.hcr.
//
// A build is all or nothing: images are compiled and linked in a directory of
// their own, and only when every one of them is good are they renamed into
// place and put into the journal with one write. A builder that is killed
// leaves that directory behind; the next one removes it.
#ifndef HCR_UTILS_BUILDER_H
#define HCR_UTILS_BUILDER_H

#include "Dependencies.h"
#include "Discovery.h"
#include "ImageLinker.h"
#include "ImportTree.h"
#include "Journal.h"
#include "State.h"
#include "llvm/ADT/StringSet.h"

namespace hcr {

struct BuildOptions {
  unsigned Jobs = 0; // 0: number of processors
  std::string Linker;
  bool Verbose = false;
  bool OwnGroup = false; // compilers do not hear Ctrl-C
  // Build every module with these arguments added, changed or not, leave the
  // state alone (`hcr stress`).
  bool Everything = false;
  std::vector<std::string> ExtraArguments;
};

struct BuildResult {
  std::vector<std::string> Built; // published
  std::vector<std::string> Same;  // compiled, but the image came out equal
  std::vector<std::string> Gone;  // their source is no longer there
  std::vector<std::string> Added; // of Built: new in the program
  bool Failed = false;            // the reasons were reported
  double Compile = 0, Link = 0, Total = 0; // milliseconds
};

class Builder {
public:
  Builder(const Program &P, Modules Found, BuildOptions Options,
          const Report &Out);

  // Looks at all modules, or only at those that contain one of Files.
  llvm::Expected<BuildResult> build(const std::vector<std::string> &Files = {},
                                    bool Restrict = false);

  // Learns what every module is made of without building.
  llvm::Error scan();
  // Every file of every module, as far as known.
  llvm::StringSet<> files() const;
  // Directories that hold sources of modules.
  llvm::StringSet<> sourceDirectories() const;
  size_t moduleCount() const { return Found.Known.size(); }
  // Makes a new source a module, with its neighbour's flags.
  bool adopt(const std::string &Path);
  // Something is left to do even if no file changes again.
  bool hasPending() const { return !Pending.empty(); }

private:
  enum class Verdict { Current, Changed, Gone, NoSource, NeedsScan };
  struct Job {
    const CompileRecord *Record = nullptr;
    std::string Object, Dependencies, Image, Extra;
    int64_t Started = 0;
    double Compile = 0, Link = 0;
    bool Good = false;
    uint64_t Hash = 0, Size = 0;
  };

  llvm::Error begin();
  void removeLeftovers();
  llvm::Error dropStaleImages();
  std::vector<const CompileRecord *> inScope(llvm::ArrayRef<std::string> Files,
                                             bool Restrict);
  Verdict judge(const CompileRecord &Record);
  bool isSame(const SeenFile &File);
  std::optional<FileStamp> stampNow(const std::string &Path);
  std::optional<SeenFile> see(const std::string &Path, int64_t Before);
  void refresh(const CompileRecord &Record, const ModuleState &Old);
  std::vector<const CompileRecord *>
  scanModules(llvm::ArrayRef<const CompileRecord *> Unknown);

  Command compileCommand(const CompileRecord &Record, const Job &J) const;
  void runJob(Job &J, const std::string &Script);
  bool runStep(Command Words, const CompileRecord &Record,
               const std::string &Directory, double &Milliseconds);
  llvm::Error importsObject(Job &J);
  llvm::Error publish(std::vector<Job> &Jobs, BuildResult &Result);
  llvm::Error reserveJournal(size_t Bytes);
  void remember(const Job &J);

  Program P;
  Modules Found;
  BuildOptions Options;
  const Report &Out;
  std::optional<ImageLinker> Linker;
  std::unique_ptr<DependencyScanner> Scanner;
  State Known;
  ImportTree Tree;
  std::map<std::string, std::optional<FileStamp>> Stamps; // of this build
  std::map<std::string, std::optional<uint64_t>> Hashes;
  llvm::StringSet<> Pending; // modules whose last build failed
  llvm::StringSet<> Adopted;
  llvm::StringSet<> ToldAbout; // modules without source: say it once
  std::string Temporary;
  std::mutex Mutex;
};

} // namespace hcr
#endif
