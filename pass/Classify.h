// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The one place that decides what happens to each function and variable of a
// translation unit. Everything after it only carries the Plan out.
#ifndef HCR_PASS_CLASSIFY_H
#define HCR_PASS_CLASSIFY_H

#include "Facts.h"
#include "Options.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Module.h"

namespace llvm {
class TargetLibraryInfo;
} // namespace llvm

namespace hcr {

struct Plan {
  template <typename T> using List = llvm::SmallVector<T *, 0>;

  /// Functions.
  List<llvm::Function> Procs;          ///< Defined here: slot and body.
  List<llvm::Function> InlineProcs;    ///< Called directly, address by entry.
  List<llvm::Function> ImportedProcs;  ///< Declared here, called by slot.
  List<llvm::Function> WeakProcs;      ///< Others may define them, too.
  List<llvm::Function> DirectProcs;    ///< Defined here and left alone.
  List<llvm::GlobalAlias> Aliases;     ///< Other names of Procs.
  List<llvm::GlobalAlias> WeakAliases; ///< Others may define those names.

  /// Variables.
  List<llvm::GlobalVariable> Globals;         ///< Persistent.
  List<llvm::GlobalVariable> FixedGlobals;    ///< Persistent, code is direct.
  List<llvm::GlobalVariable> Constants;       ///< Others may hold the address.
  List<llvm::GlobalVariable> ImportedGlobals; ///< Declared here.
  List<llvm::GlobalVariable> ThreadLocals;    ///< Defined here.
  List<llvm::GlobalVariable> DirectGlobals;   ///< Of inline assembly.
  List<llvm::GlobalAlias> GlobalAliases;      ///< Other names of the above.
  List<llvm::GlobalVariable> ImportedThreadLocals;
  List<llvm::GlobalVariable> ImportedTypeInfos; ///< `_ZTI` declared here.
  /// `_ZTS` defined here that the dynamic linker does not make one of.
  List<llvm::GlobalVariable> TypeNames;

  /// Marked HCR_REINIT.
  llvm::SmallPtrSet<const llvm::GlobalVariable *, 4> Reinit;

  /// HCR_BEFORE_RELOAD and HCR_AFTER_RELOAD, by the function they mark.
  List<llvm::Function> BeforeHandlers;
  List<llvm::Function> AfterHandlers;
  /// HCR_MIGRATE: the name of a type and the function for it.
  llvm::SmallVector<std::pair<std::string, llvm::Function *>, 0> Migrators;

  /// Functions in which nothing is rewritten: naked ones, and resolvers of
  /// ifuncs, which run before slots are relocated.
  llvm::SmallPtrSet<const llvm::Function *, 4> Untouched;
};

/// Decides for each symbol of \p M and reports, as a missed-optimisation
/// remark of the pass "hcr", each definition that is left direct.
Plan classify(
    llvm::Module &M, const Options &Opts, const Facts &Known,
    llvm::function_ref<const llvm::TargetLibraryInfo &(llvm::Function &)>
        LibraryInfo);

/// True for the vtable of a class of the program, defined here.
bool isVtable(const llvm::GlobalVariable &G);

/// True for the mangled name of a class that is not the standard library's.
bool isProgramsClass(llvm::StringRef MangledName);

/// True for a definition that every user of a header has a copy of.
bool isInlineDefinition(const llvm::GlobalValue &G);

/// True for the operators new and delete that a program may replace. What the
/// libraries call is the program's stable entry, so they are reloadable, but
/// nobody calls them by slot: memory must go back to where it came from, and
/// an image's own definition is not that unless the program had one.
bool isReplaceableOperator(llvm::StringRef Name);

} // namespace hcr

#endif
