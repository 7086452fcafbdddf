// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the user of the pass can choose: by -mllvm -hcr-… or, for opt, by the
// parameters of -passes='hcr<…>'. The meanings are in docs/Abi.md.
#ifndef HCR_PASS_OPTIONS_H
#define HCR_PASS_OPTIONS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <set>
#include <string>

namespace hcr {

enum class Binding { Host, Module };

struct Options {
  Binding Bind = Binding::Module;
  std::string ModuleName; ///< Empty: the source path relative to Root.
  std::string Root;       ///< Absolute.
  uint64_t Program = 0;   ///< Id of the program an image is built for.
  /// References to other modules are weak: an image is loaded even if only the
  /// runtime, and not the dynamic linker, knows them. Without it they are
  /// strong, as a link with archives needs them.
  bool IsImage = false;
  /// The program had nothing of this module when it started.
  bool IsNewModule = false;
  /// Variables that an earlier version of such a module did not have.
  std::set<std::string> NewVariables;
  std::string Record;    ///< Compile record, empty for none.
  std::string NamesFile; ///< Other names for symbols (NamesFormat.h), or empty.
  std::string Generator; ///< Who wrote the source, empty for a person.

  bool isHost() const { return Bind == Binding::Host; }

  /// The options given on the command line.
  static Options fromCommandLine();

  /// Those, changed by \p Parameters: `host;root=/src;name=a.c;program=1f`.
  static llvm::Expected<Options> fromParameters(llvm::StringRef Parameters);

  /// The name of the module whose source is \p SourceFile.
  std::string moduleNameFor(llvm::StringRef SourceFile) const;
};

} // namespace hcr

#endif
