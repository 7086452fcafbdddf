// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Keeps names that end in running numbers stable from version to version: looks
// at the new sources before they are compiled, finds out which symbol is which
// (SymbolNames.h), and writes the files that tell the pass (-hcr-names).
//
// Nothing is kept between builds that would have to agree with the images: each
// image carries the description of its symbols itself.
#ifndef HCR_UTILS_NAMING_H
#define HCR_UTILS_NAMING_H

#include "Discovery.h"
#include "Freshness.h"
#include "ImageCompiler.h"
#include "SymbolNames.h"

namespace hcr {

class Naming {
public:
  Naming(const Program &P, const Modules &Found, const Freshness &Notes,
         const ImageCompiler &Compiler)
      : P(P), Found(Found), Notes(Notes), Compiler(Compiler) {}

  using Records = std::vector<const CompileRecord *>;

  // Before Changed are compiled, with files below Directory. Returns those to
  // compile: all, or where a source cannot be understood that one alone, for
  // its compiler to say why. Fails with the names of symbols that cannot be
  // told apart.
  llvm::Expected<Records> prepare(const Records &Changed,
                                  const std::string &Directory, unsigned Jobs);
  // For -hcr-names; empty: the module's names are as they are.
  std::string fileFor(llvm::StringRef Module) const {
    return Files.lookup(Module);
  }

  // Images of these modules are about to be replaced or removed. What they were
  // counts until the program has taken the new ones.
  void keep(llvm::ArrayRef<std::string> Modules);
  void wereTaken() { Running.clear(); }
  // The program does not run the newest image.
  bool isRefused(llvm::StringRef Module) const {
    return Running.count(Module.str());
  }
  llvm::StringSet<> refused() const;

private:
  bool isNumbered(const CompileRecord &Record) const;
  ModuleSymbols inProgram(const std::string &Module) const;
  std::optional<ModuleSymbols> inSource(const CompileRecord &Record,
                                        const std::string &File);

  // What one build looks at.
  struct Look {
    llvm::StringSet<> Changed;
    Records Modules; // those, and others with images
    // Of each of Modules.
    std::vector<std::optional<ModuleSymbols>> Sources;
    std::vector<ModuleSymbols> Running; // inProgram()
  };
  llvm::Error bindUnchanged(const Look &L, OtherNames &Names) const;
  llvm::Error matchChanged(const Look &L, OtherNames &Names) const;
  llvm::Error writeFile(const CompileRecord &Record,
                        const ModuleSymbols &Source,
                        const ModuleSymbols &Running, OtherNames Names,
                        const std::string &File);

  // What a source had in it when it had this stamp.
  struct Seen {
    FileStamp Stamp;
    ModuleSymbols Symbols;
  };

  const Program &P;
  const Modules &Found;
  const Freshness &Notes;
  const ImageCompiler &Compiler;
  ProgramSymbols Running;      // where the newest image is not, or not yet, it
  llvm::StringMap<Seen> Known; // by module
  std::mutex Mutex;            // of Known
  llvm::StringMap<std::string> Files;
};

} // namespace hcr
#endif
