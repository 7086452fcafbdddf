// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which symbol of a new source is which one of the running program, where names
// end in running numbers (pass/NamesFormat.h).
//
// What a symbol is decides: its name without the number, its type, its code.
// Numbers decide nothing. Where that leaves two that could be meant there is no
// answer but the names of those.
#ifndef HCR_UTILS_SYMBOLNAMES_H
#define HCR_UTILS_SYMBOLNAMES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <map>
#include <string>
#include <vector>

namespace hcr {

// A definition.
struct NamedSymbol {
  std::string Name; // in a source: with its number; in a version of the
                    // program: what the program calls it
  bool IsFunction = false, IsStatic = false;
  bool IsTransient = false; // a variable that start-up code alone uses
  uint64_t Type = 0, Content = 0;
};

// Of one module, in the order of its source.
using ModuleSymbols = std::vector<NamedSymbol>;
// By module.
using ProgramSymbols = std::map<std::string, ModuleSymbols>;
// From the name in the source to the program's.
using OtherNames = llvm::StringMap<std::string>;

// The lines of NamesFormat.h; what is no such line is left out.
ModuleSymbols parseSymbols(llvm::StringRef Lines, char Separator);

// Finds for each symbol of New which of Old it is. Others get names that no
// symbol has had: with a mark. Those of Old that nobody is are gone. Fails with
// the names of those that cannot be told apart; a transient one that could be
// several is new.
llvm::Expected<OtherNames> matchSymbols(llvm::ArrayRef<NamedSymbol> Old,
                                        llvm::ArrayRef<NamedSymbol> New);

} // namespace hcr
#endif
