// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a clang command line asks for.
//
// The arguments are read with clang's own option table, so that "which of
// these words is a file, which is the value of an option" has clang's answer.
// hcr-cc asks it before every compile; `hcr build` asks it again of the
// commands that were recorded.
#ifndef HCR_UTILS_CLANGARGUMENTS_H
#define HCR_UTILS_CLANGARGUMENTS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Option/ArgList.h"
#include <string>
#include <vector>

namespace hcr {

enum class InputKind {
  Source,  // C, C++, preprocessed, bitcode: the pass has work to do
  Linker,  // objects, archives, libraries, linker scripts
  Header,  // makes a precompiled header; never linked
  Foreign, // assembly, other languages: clang's business alone
};

struct Input {
  std::string Path;
  std::string Language; // of the `-x` in effect, empty if by file name
  InputKind Kind = InputKind::Foreign;
  unsigned Index = 0; // position among the arguments, for replacing it
};

// Where the command stops.
enum class FinalPhase { Nothing, Preprocess, Check, Code, Link };

class ClangArguments {
public:
  // Words: the command without the compiler's name, response files expanded.
  explicit ClangArguments(llvm::ArrayRef<const char *> Words);

  const llvm::opt::InputArgList &list() const { return List; }
  const std::vector<Input> &inputs() const { return Inputs; }
  FinalPhase phase() const { return Phase; }
  bool has(unsigned Option) const { return List.hasArg(Option); }

  // Number of inputs that the pass sees.
  unsigned sourceCount() const;
  // The program or library can use libhcr: dynamic, hosted, for this machine.
  bool linksRuntime() const;
  // -mllvm options of the pass that the user gave, e.g. "-hcr-root".
  std::vector<std::string> passOptions() const;
  // Value of `-mllvm NAME=value`, or empty.
  std::string passOption(llvm::StringRef Name) const;

  // The arguments a compile record keeps for `Source`: everything that decides
  // what code comes out, nothing that names an output or another input.
  std::vector<std::string> recordArguments(const Input &Source,
                                           bool CPlusPlus) const;

private:
  llvm::opt::InputArgList List;
  std::vector<Input> Inputs;
  FinalPhase Phase;
};

// The recorded arguments made fit for a module image: position independent,
// native code at once, no counters that only a whole program can write out.
// HeaderOf names the header that a precompiled one was made of; empty: it
// cannot tell.
std::vector<std::string> imageArguments(
    llvm::ArrayRef<std::string> Recorded,
    llvm::function_ref<std::string(llvm::StringRef Precompiled)> HeaderOf);

} // namespace hcr
#endif
