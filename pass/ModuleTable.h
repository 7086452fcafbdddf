// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The module's table (hcr-abi/Tables.h) while the pass fills it.
#ifndef HCR_PASS_MODULETABLE_H
#define HCR_PASS_MODULETABLE_H

#include "Hashing.h"
#include "Options.h"
#include "TypeTable.h"
#include "hcr-abi/Tables.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/GlobalVariable.h"

namespace hcr {

/// One row of each kind: as in Tables.h, with IR constants for references.
/// A null reference is "none". Referenced symbols must bind locally, because
/// a table holds distances.
struct ProcRow {
  const llvm::GlobalValue *Symbol = nullptr;
  std::string Name;
  uint32_t Flags = 0;
  uint64_t Signature = 0, Type = 0, BodyHash = 0;
  llvm::Constant *Body = nullptr, *Slot = nullptr, *Entry = nullptr,
                 *Address = nullptr;
  /// Its code, whether or not the table refers to it.
  const llvm::Function *Code = nullptr;
};

struct ProcImportRow {
  const llvm::GlobalValue *Symbol = nullptr;
  std::string Name;
  uint32_t Flags = 0;
  uint64_t Signature = 0, Type = 0;
  llvm::Constant *Slot = nullptr, *Address = nullptr;
};

struct GlobalRow {
  const llvm::GlobalValue *Symbol = nullptr;
  std::string Name;
  uint32_t Flags = 0;
  uint64_t Size = 0, InitialHash = 0, Layout = 0;
  uint32_t Align = 0;
  llvm::Constant *Pointer = nullptr, *Initial = nullptr, *Fresh = nullptr,
                 *Destroy = nullptr, *Virtuals = nullptr;
  std::string TypeName;
  std::optional<unsigned> Type; ///< Row of Types.
};

struct GlobalImportRow {
  const llvm::GlobalValue *Symbol = nullptr;
  std::string Name;
  uint32_t Flags = 0;
  llvm::Constant *Pointer = nullptr;
};

struct FixupRow {
  llvm::Constant *Place = nullptr;
  uint32_t Symbol = 0;
  int64_t Addend = 0;
};

struct HandlerRow {
  llvm::Function *Handler = nullptr;
  bool IsBefore = false;
};

struct UsedTypeRow {
  std::string Name;
  uint32_t Size = 0; ///< And HcrUsedTypeFlags.
  uint64_t Layout = 0;
};

struct UseRow {
  uint32_t Proc, What;
};

struct MigratorRow {
  std::string Type;
  llvm::Function *Migrator = nullptr;
};

/// Functions that the table names as the module's entry points.
struct EntryPoints {
  llvm::Function *CreateTypeInfos = nullptr, *DatInit = nullptr,
                 *Init = nullptr;
  llvm::GlobalVariable *Imports = nullptr, *State = nullptr,
                       *ExitHandle = nullptr;
};

struct ModuleTable {
  llvm::SmallVector<ProcRow, 0> Procs;
  llvm::SmallVector<ProcImportRow, 0> ProcImports;
  llvm::SmallVector<GlobalRow, 0> Globals;
  llvm::SmallVector<GlobalImportRow, 0> GlobalImports;
  llvm::SmallVector<FixupRow, 0> Fixups;
  llvm::SmallVector<HandlerRow, 0> Handlers;
  llvm::SmallVector<UsedTypeRow, 0> UsedTypes;
  llvm::SmallVector<UseRow, 0> Uses;
  llvm::SmallVector<MigratorRow, 0> Migrators;
  TypeTable Types;
  std::string ModuleName;
  uint32_t Flags = 0;     ///< HcrModuleFlags besides the binding.
  uint32_t ProcFlags = 0; ///< HcrProcFlags of every row of Procs.

  /// What a fix-up calls each symbol: HcrFixupKind and index.
  llvm::DenseMap<const llvm::GlobalValue *, uint32_t> fixupSymbols() const;

  /// Writes everything into \p M: the table itself, which is returned, lands
  /// in the section hcr_modules and in llvm.used.
  llvm::GlobalVariable &emit(llvm::Module &M, const Options &Opts,
                             uint64_t SourceHash,
                             const EntryPoints &Points) const;
};

/// The row \p Index of the types that emit() wrote into \p M.
llvm::Constant *typeRow(llvm::Module &M, unsigned Index);

/// A symbol's name without the mark that keeps the compiler from mangling it.
llvm::StringRef plainName(const llvm::GlobalValue &G);

/// Who shares the definition \p G (HcrScope).
uint32_t scopeOf(const llvm::GlobalValue &G);

/// A local name for the definition \p G of this module.
llvm::GlobalAlias *localAlias(llvm::GlobalValue &G);

/// \p G, or a local alias of it if another image could take its place.
llvm::Constant *locallyBound(llvm::GlobalValue &G);

/// Makes a definition that other images may have too bind inside this one
/// (module binding). What a shared library may be there to export (explicit
/// instantiations, weak and tentative definitions) is protected and not
/// hidden, unless the object becomes an image.
void bindInside(llvm::GlobalValue &G, const Options &Opts);

} // namespace hcr

#endif
