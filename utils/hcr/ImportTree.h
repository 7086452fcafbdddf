// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Who uses whom in a program that is made of module images (`hcr link`).
//
// The objects' symbol tables tell: a module imports the modules that define
// what it refers to. The builder keeps the symbols of every module in
// PROGRAM.hcr/build/symbols, so that a rebuilt module finds its imports
// without reading the others again.
#ifndef HCR_UTILS_IMPORTTREE_H
#define HCR_UTILS_IMPORTTREE_H

#include "Program.h"
#include <map>

namespace hcr {

struct ObjectSymbols {
  std::vector<std::string> Defines, Refers;
  bool operator==(const ObjectSymbols &) const = default;
};

llvm::Expected<ObjectSymbols> readSymbols(const std::string &Object);

class ImportTree {
public:
  // Nothing to load: an empty tree, the program was linked as usual. Reads
  // only what another builder wrote, or what was changed and not saved. An
  // error if that is damaged: it cannot be made again without the objects.
  llvm::Error load(const Program &P);
  // Writes if anything changed.
  llvm::Error save(const Program &P);
  bool empty() const { return Symbols.empty(); }

  void set(const std::string &Module, ObjectSymbols New);
  void setMain(const std::string &Module) { Main = Module; }
  void remove(const std::string &Module);
  std::vector<std::string> importsOf(const std::string &Module) const;
  bool isDefined(const std::string &Symbol) const {
    return Definer.count(Symbol) != 0;
  }

private:
  std::map<std::string, ObjectSymbols> Symbols; // by module
  std::map<std::string, std::string> Definer;   // symbol -> module
  std::string Main;
  std::optional<FileStamp> Left; // the cache as it was after load or save
  bool Changed = true;
};

// Writes an object for Triple's machine whose symbol `hcr.imports` is the
// list of Imports (docs/Abi.md, HcrGetImportedModules).
llvm::Error writeImportsObject(const std::string &Path,
                               const std::string &Triple,
                               const std::vector<std::string> &Imports);
// The triple an object was compiled for.
llvm::Expected<std::string> tripleOf(const std::string &Object);

} // namespace hcr
#endif
