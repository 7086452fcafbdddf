// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From one module's compile record to its image, in a directory of its own.
#ifndef HCR_UTILS_IMAGECOMPILER_H
#define HCR_UTILS_IMAGECOMPILER_H

#include "ImageLinker.h"
#include "ImportTree.h"
#include "Program.h"
#include "Report.h"
#include "llvm/ADT/STLFunctionalExtras.h"

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

// One module to build, and what came of it.
struct ImageJob {
  const CompileRecord *Record = nullptr;
  std::string Object, Dependencies, Image, Extra;
  std::string Names;              // for -hcr-names, or empty
  int64_t Started = 0;            // by fileClock()
  double Compile = 0, Link = 0;   // milliseconds
  std::vector<std::string> Files; // that the compiler read
  bool Good = false;              // else the reason was reported, or:
  bool Vanished = false;          // its source was removed meanwhile
  bool Outdated = false;          // what it is made of was written meanwhile
  uint64_t Hash = 0, Size = 0;    // of the image
};

class ImageCompiler {
public:
  ImageCompiler(const Program &P, const BuildOptions &Options,
                const Report &Out, ImportTree &Tree)
      : P(P), Options(Options), Out(Out), Tree(Tree) {}

  // Finds the linker, which may fail. Libraries: those of the program.
  llvm::Error prepare(const std::vector<std::string> &Libraries);
  // Describes the definitions in a module's source whose names end in numbers
  // (pass/NamesFormat.h). False: it does not compile. Many may run at once.
  bool writeNames(const CompileRecord &Record, const std::string &File) const;
  // For -hcr-names of each module; empty: none.
  using NamesFiles = llvm::function_ref<std::string(llvm::StringRef Module)>;
  // Makes an image of each module, below Directory. IsLast: errors in a source
  // that is being written count, too.
  llvm::Expected<std::vector<ImageJob>>
  run(llvm::ArrayRef<const CompileRecord *> Modules,
      const std::string &Directory, NamesFiles NamesOf, bool IsLast);

private:
  void run(ImageJob &Job, const std::string &Directory);
  void link(ImageJob &Job, const std::string &Directory);
  Command compileCommand(const ImageJob &Job) const;
  bool runStep(Command Words, ImageJob &Job, const std::string &Directory,
               double &Milliseconds);
  llvm::Error importsObject(ImageJob &Job);

  const Program &P;
  const BuildOptions &Options;
  const Report &Out;
  ImportTree &Tree;
  std::optional<ImageLinker> Linker;
  bool IsLast = false;
  std::mutex Mutex;
};

} // namespace hcr
#endif
