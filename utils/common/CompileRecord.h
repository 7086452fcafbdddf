// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a module is compiled again: the string behind `hcr1:` in the section
// `.GCC.command.line` of its object (docs/Abi.md#compile-record).
#ifndef HCR_UTILS_COMPILERECORD_H
#define HCR_UTILS_COMPILERECORD_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>
#include <vector>

namespace hcr {

inline constexpr llvm::StringLiteral RecordPrefix = "hcr1:";
inline constexpr char RecordSeparator = '\x1f';

// Names of modules are paths below PROGRAM.hcr: not out of it, and of one line.
bool isModuleName(llvm::StringRef Name);

// The text of a record: all of these, separated.
std::string recordText(llvm::ArrayRef<llvm::StringRef> Fields,
                       llvm::ArrayRef<std::string> Arguments);

struct CompileRecord {
  std::string Module;
  std::string Root;
  std::string Directory;
  std::string Source; // as given, relative to Directory
  std::string Compiler;
  std::vector<std::string> Arguments;

  // The text of -hcr-record=, without the prefix.
  std::string text() const;
  // Text without the prefix; nothing if a field is missing or the module has no
  // name that could be one.
  static std::optional<CompileRecord> parse(llvm::StringRef Text);
  std::string sourcePath() const; // absolute
};

// A module's name and the root it is relative to.
struct ModulePlace {
  std::string Root, Module;
};

// The project root of a source file is, in this order: what the user said; the
// nearest directory above the source that holds `.hcr-root`; the nearest that
// holds `.git`; the working directory. A source outside of its root has the
// root "/", so that names stay unique and never lead out of PROGRAM.hcr.
ModulePlace placeModule(llvm::StringRef Source, llvm::StringRef Directory,
                        llvm::StringRef GivenRoot);

} // namespace hcr
#endif
