// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which modules a program has, and how each is compiled.
//
// The program's own tables (section hcr_modules) say which modules it has;
// compile records in the same file, or a compile_commands.json, say how they
// are compiled. Shared libraries of the program that have tables count as
// parts of it.
#ifndef HCR_UTILS_DISCOVERY_H
#define HCR_UTILS_DISCOVERY_H

#include "../common/CompileRecord.h"
#include "../common/GeneratorRecord.h"
#include "Program.h"
#include "SymbolNames.h"
#include <map>

namespace hcr {

// One ELF file with HCR tables.
struct ImageContents {
  struct Module {
    std::string Name, Root;
    std::string Types; // who told the types: docs/Abi.md, control socket
  };
  std::vector<Module> Modules; // from the tables
  std::vector<CompileRecord> Records;
  ProgramSymbols Names; // of modules in which names end in numbers
  std::vector<GeneratorRecord> Generators;
  std::vector<std::string> Needed; // DT_NEEDED
  std::vector<std::string>
      SearchPaths; // DT_RUNPATH, DT_RPATH, $ORIGIN filled in
};

// Fails if the file is not ELF or damaged.
llvm::Expected<ImageContents> readImage(const std::string &Path);

struct Modules {
  std::map<std::string, CompileRecord> Known;        // by name
  std::map<std::string, GeneratorRecord> Generators; // of known modules
  std::vector<std::string> WithoutCommand; // in tables, but no way to build
  std::string CompileCommands;        // compile_commands.json in use, or empty
  std::vector<std::string> Libraries; // used by the program: name or path
  std::map<std::string, std::string> Types; // of modules in tables
  ProgramSymbols Names;                     // as the program was linked

  bool areInNim() const; // some of them
  // Nim's C++: its numbers are in mangled names, which nobody keeps the same.
  bool areInNimsCpp() const;
};

// The libraries that an ELF file says it needs, apart from ours and from those
// with modules. Where the file itself says where one is: its path.
std::vector<std::string> librariesOf(const ImageContents &Image);

struct DiscoveryOptions {
  std::vector<std::string> Images; // --image
  std::string CompileCommands;     // --compile-commands
  bool NeedsRuntime = false;       // an error if libhcr.so is not linked
};

llvm::Expected<Modules> findModules(const Program &P,
                                    const DiscoveryOptions &Options);

// The record of a source that compile_commands.json lists, if it does.
std::optional<CompileRecord> recordFromCommands(llvm::StringRef Database,
                                                llvm::StringRef SourcePath);

} // namespace hcr
#endif
