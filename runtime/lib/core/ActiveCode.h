// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which function of which module does an address belong to, and which of them
// are active?
//
// An image is asked as a whole: whatever lies in it belongs to its modules. In
// a program, modules lie side by side with code that is nobody's, so functions
// are told apart by the symbol table of the file; where it was stripped, each
// function is taken to reach to the next one that is known.
#ifndef HCR_CORE_ACTIVECODE_H
#define HCR_CORE_ACTIVECODE_H

#include "ObjectFile.h"
#include "Scan.h"

namespace hcr {

/// The code of one function of a module's version.
struct Code {
  static constexpr uint32_t NoRow = ~0u;
  uintptr_t Begin, End;
  const Version *Of;
  uint32_t Row; // in the table's procs; NoRow: not listed there
};

class CodeMap {
public:
  /// Adds the code of a version; reads files.
  void add(const Version &V);
  /// Adds one function, a row of its table's procs.
  void addFunction(const Version &V, uint32_t Row);
  /// After the last add().
  void sort();
  bool empty() const { return !Highest; }

  /// Calls Look(const Code &) for what a word of a stack or register may lead
  /// into: also the first address of a function, which is about to be called,
  /// and the one behind it, where a call that does not return would return to.
  template <class Function> void onStack(uintptr_t Word, Function Look) const {
    if (!mayHold(Word))
      return;
    const Code *C = before(Word);
    bool Found = false;
    for (; C; C = C->Begin == Word ? before(Word - 1) : nullptr)
      if (Word <= C->End) {
        Look(*C);
        Found = true;
      }
    if (!Found)
      inWhole(Word, Look);
  }
  /// The same for a word of other memory, where the first address is that of a
  /// slot.
  template <class Function> void inMemory(uintptr_t Word, Function Look) const {
    if (!mayHold(Word))
      return;
    const Code *C = before(Word);
    if (C && C->Begin < Word && Word < C->End)
      Look(*C);
  }

  /// What the source calls it; empty: nobody knows.
  static std::string sourceName(const Code &C);

private:
  struct Object : ObjectFile {
    using ObjectFile::ObjectFile;
    std::unordered_map<std::string_view, const FunctionSymbol *> ByName;
    std::vector<uintptr_t> Starts; // without a symbol table
  };

  Object &objectOf(const Version &V);
  uintptr_t endOf(const Object &In, uintptr_t Begin) const;
  bool mayHold(uintptr_t Word) const {
    return Word >= Lowest && Word <= Highest;
  }
  /// The last function that begins at Word or before.
  const Code *before(uintptr_t Word) const;
  template <class Function> void inWhole(uintptr_t Word, Function Look) const {
    for (const Code &C : Wholes)
      if (Word >= C.Begin && Word < C.End)
        Look(C);
  }

  std::vector<std::unique_ptr<Object>> Objects;
  std::vector<Code> Functions; // in the order of addresses
  std::vector<Code> Wholes;    // images
  uintptr_t Lowest = 0, Highest = 0;
};

/// Whether a reload now would exchange code that is running.
struct Activity {
  enum { Unknown = -1, Active = 0, Safe = 1 } Answer = Safe;
  std::string Text; // the functions and their threads, or why nobody knows
};

/// Looks for functions of the modules that have a newer image on all stacks;
/// of this thread's only what lies above \p StackTop. The caller has the turn.
Activity activityOfChanged(Runtime &R, const void *StackTop);

} // namespace hcr

#endif
