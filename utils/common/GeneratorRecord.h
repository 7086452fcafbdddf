// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Who wrote a source that no person wrote: the string behind `hcrg1:` in the
// section `.GCC.command.line` of its object (docs/Abi.md#compile-record).
//
// Generators are the compilers of other languages that go through C. The one
// that is known is Nim's.
#ifndef HCR_UTILS_GENERATORRECORD_H
#define HCR_UTILS_GENERATORRECORD_H

#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>
#include <vector>

namespace hcr {

inline constexpr llvm::StringLiteral GeneratorPrefix = "hcrg1:";

// The name of a C or C++ file that Nim writes.
bool isNimOutput(llvm::StringRef Source);
// The name of an executable that is Nim's compiler: nim, nim-2.0, nim_temp, but
// not nimble.
bool isNim(llvm::StringRef Executable);

struct GeneratorRecord {
  std::string Module;     // of the source, as in the compile record
  std::string Executable; // the generator's, absolute, whatever its link is
  std::string Directory;  // in which it ran
  std::vector<std::string> Arguments; // without its name

  // The text of -hcr-generator=, without the prefix.
  std::string text() const;
  // Text without the prefix; nothing if a field is missing.
  static std::optional<GeneratorRecord> parse(llvm::StringRef Text);
};

} // namespace hcr
#endif
