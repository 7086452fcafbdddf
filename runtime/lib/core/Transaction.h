// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A reload in progress, and its steps. Until commit() nothing that running
// code can see has changed; abandon() then takes everything back.
#ifndef HCR_CORE_TRANSACTION_H
#define HCR_CORE_TRANSACTION_H

#include "CopyPlan.h"
#include "Runtime.h"
#include "Storage.h"
#include "Undo.h"

#include "../sys/Memory.h"

namespace hcr {

/// An image that may become current.
struct Candidate {
  Found From;
  Image *In = nullptr;
  uint64_t Size = 0, Hash = 0;
  bool Usable = false;    // loaded and so far without fault
  bool Unchanged = false; // of equal content to what is loaded
  bool Retry = false;     // the fault may lie outside the image
  bool Again = false;     // wanted although its content is what is loaded
};

/// A variable that lives and gets the initial value of its new version.
struct Reinit {
  Version *V;
  size_t Row;                 // in the table's array of variables
  void (*Destroy)(void);      // of the old object
  uint64_t Hash;              // of the old initial value
  bool HasDestructor = false; // the variable or a temporary of it
};

/// The old value of a variable without a destructor.
struct KeptBytes {
  const Reinit *Of;
  void *Storage, *Copy;
  size_t Size;
};

/// A variable that lives and gets storage of another layout.
struct Migration {
  GlobalSymbol *S;
  Version *V;
  size_t Row; // in the table's array of variables
  const HcrType *Before, *After;
  CopyPlan Plan;
};

/// A record type whose layout this reload changes.
struct ChangedType {
  std::string Name;
  std::vector<uint64_t> Before; // layouts that it had
  uint64_t After = 0, SizeBefore = 0;
  bool HasBases = false;   // one of them not at the start
  bool IsDynamic = false;  // objects may be on a heap
  bool IsMigrated = false; // a variable of it is migrated
  const Module *In;        // that brought the change

  bool had(uint64_t Layout) const;
};

struct Transaction {
  explicit Transaction(Runtime &R) : R(R) {}

  Runtime &R;
  Report Out;
  std::vector<Candidate> Candidates;
  std::vector<Version *> Versions; // later in the order of initialisation
  std::vector<Module *> Going;
  std::vector<ProcSymbol *> Procs; // touched by this transaction
  std::vector<GlobalSymbol *> Globals;
  std::vector<std::pair<void *, size_t>> NewStorage;
  std::vector<Store> Stores;
  std::vector<VtableUpdate> Vtables;
  std::vector<Store> VtableStores;
  std::vector<Store> VtableAll;    // what all entries of them held
  std::vector<Store> VtableBefore; // what those held that others had before
  /// Slots of the new versions themselves, and the bodies of the versions
  /// before; while there is a way back.
  std::vector<Store> OwnStores;
  sys::WritablePages OpenPages; // of VtableStores
  std::vector<Reinit> Reinits;
  std::vector<KeptBytes> Kept; // between beginReinit() and endReinit()
  std::vector<Migration> Migrations;
  std::vector<ChangedType> ChangedTypes;
  Migrators Functions; // of the new versions
  /// Variables that somebody asked to initialise anew (`--reinit`).
  std::vector<GlobalSymbol *> Wanted;
  /// Signatures or removals that modules which are not rebuilt may still use.
  std::vector<ProcSymbol *> Superseded;
  /// Set by calls that cannot answer with an error (hcrRegisterGlobal).
  Error Late;
  /// Modules are added, at the start of a program or by hcrAddModule: not a
  /// reload, so no handlers and no new generation.
  bool IsStart = false;
  /// Whether a variable may get another layout: in a reload.
  bool CanMigrate = false;
  /// The commit is commitMigrations().
  bool HoldsThreads = false;
  /// Of the calling thread what lies above counts as the program's; null:
  /// nothing does, it is a thread of the runtime.
  const void *StackTop = nullptr;
  /// An image was replaced while this began; what belongs together is not
  /// known yet.
  bool Early = false;
  /// The main module's tables, which the executable holds; part of the start.
  Range<HcrModuleTable> InPlace = {nullptr, 0};
  /// A thread crashed in the code that is current; it goes back first.
  bool StartsOver = false;
  /// What failed may succeed at once (a full disk, no memory).
  bool Transient = false;
  /// Which candidate a failed check blames; -1: all of them.
  ptrdiff_t Culprit = -1;
  /// What to take back if the new code crashes; null: nobody asked for it.
  std::unique_ptr<Undo> Back;
  /// Slots of changed functions get entry thunks.
  bool HasThunks = false;
  /// An initialiser of the new code crashed.
  bool HasCrashed = false;
};

// Reserve.cpp
/// Memory for a reload of these images.
Error takeMemory(Runtime &R, const std::vector<Candidate> &Of);
/// An error if the reserve was needed meanwhile.
Error checkMemory(Transaction &T);
/// Stubs for the commit; R.Lock is held.
Error takeStubs(Transaction &T);

// Load.cpp
/// Reads, verifies, copies and opens one image. On failure nothing is left.
/// Retry says whether the image could be good at another time.
Error loadImage(Transaction &T, Candidate &C, bool Force, bool &Retry);
/// Closes an image that never became current and removes its copy.
void dropImage(Runtime &R, Image *I);
/// What hcrRegisterImage does.
void registerRange(Runtime &R, const HcrModuleTable *Begin,
                   const HcrModuleTable *End);

// Stage.cpp: what will be defined by whom; R.Lock is held
void stageGoing(Transaction &T, Module &M);
/// The version that will be current; null: none.
const Version *versionNext(const Transaction &T, const Module &M);
Error stageVersion(Transaction &T, Version &V);
/// Functions and variables whose scope changed keep entry and storage.
void joinMoved(Transaction &T, Version &V);
Error checkImports(Transaction &T, Version &V);
void abandon(Transaction &T);

// Duplicates.cpp: after everything is staged; R.Lock is held
Error checkDuplicates(Transaction &T, Version &V);

// Weak.cpp; R.Lock is held
/// A weak definition of a host image.
void indexWeak(Runtime &R, Module &M, const HcrProc &P, ProcSymbol &S);
/// Chooses, for each symbol with weak definitions and no new strong one, what
/// it is from now on; after every version is staged.
void chooseWeak(Transaction &T);

// Reinit.cpp
/// What the source calls a variable.
std::string variableName(std::string_view Symbol);
/// The variable that a person means: a mangled or demangled name, or
/// `file.c:name`. R.Lock is held.
Error findVariable(Runtime &R, std::string_view Name, GlobalSymbol *&Found);
/// Stages what happens to the value of a variable that lives.
void stageValue(Transaction &T, Version &V, const HcrGlobal &G,
                const GlobalSymbol &Before);
/// Whether all of Wanted are initialised anew; R.Lock is held.
Error checkWanted(Transaction &T);
/// Destroys what is made anew and fills its storage.
void beginReinit(Transaction &T);
/// How many variables wait for their initialisers.
size_t freshOnes(const Version &V);
/// After the initialisers: what did not get a value, and says so.
void endReinit(Transaction &T);

// Index.cpp
/// Makes versions of module-binding tables that the system loaded.
void introduceInPlace(Transaction &T, Image &In,
                      const Range<HcrModuleTable> &Tables);

// Bind.cpp
/// Fills the slots, pointers and data of one version; R.Lock is held.
void bindVersion(Runtime &R, Version &V);

// Commit.cpp; R.Lock is held
/// Takes the cells of a version that is not current out of the lists; Stores
/// gets what its slots are to hold.
void retireCells(Runtime &R, Version &V, std::vector<Store> &Stores);
/// A version's cells are kept current from now on.
void listCells(Version &V);
void leaveImage(Runtime &R, Version &Old);
void settleHandlers(Runtime &R, Module &M, const Version *Now);
/// Lists every store that commit() does, so that it only stores.
void prepareStores(Transaction &T);
void commit(Transaction &T);
/// Brings the tables up to what commit() made true.
void settle(Transaction &T, intptr_t Generation);

// Migrate.cpp
/// Plans what becomes of a variable whose layout changed; R.Lock is held.
Error stageMigration(Transaction &T, Version &V, const HcrGlobal &G,
                     GlobalSymbol &S, const GlobalSymbol &Before);
/// Whether everybody who uses the migrated variables knows their new layout;
/// after everything is staged. R.Lock is held.
Error checkMigrations(Transaction &T);
/// Waits until nobody is in the middle of using what changes its layout, for a
/// while; before anything is done. Sets HoldsThreads.
Error awaitMigrations(Transaction &T);
/// The commit itself, with the threads held; it waits, too.
Error commitMigrations(Transaction &T);

// ChangedTypes.cpp; R.Lock is held
/// Collects the functions of HCR_MIGRATE.
void collectMigrators(Transaction &T);
/// Which types change, and whether that may be: Config::Types.
Error checkTypes(Transaction &T);

// Virtuals.cpp; R.Lock is held
/// Takes note of what the entries of a vtable stand for, the first time.
void adoptShape(GlobalSymbol &S, const HcrGlobal &G);
/// Checks that a new version of a vtable fits the one that objects refer to.
Error stageVtable(Transaction &T, Version &V, const HcrGlobal &G,
                  GlobalSymbol &S);
/// Lists what commitVtables() stores; the pages are writable until then.
Error prepareVtables(Transaction &T);
void commitVtables(Transaction &T);
/// Takes commitVtables() back; after a crash before the commit.
void revertVtables(Transaction &T);
void settleVtables(Transaction &T);

// Variables.cpp; R.Lock is held
/// Why: what stands in the way of keeping the value; may be empty.
Error sizeChanged(const Version &V, const HcrGlobal &G, uint64_t OldSize,
                  const HcrType *Before, const HcrType *After,
                  const std::string &Why = {});
Error layoutChanged(const Version &V, const HcrGlobal &G, const HcrType *Before,
                    const HcrType *After, const std::string &Why = {});
/// Hashes of one kind only are compared: the clang plugin's are the more
/// precise ones, debug information's serve where one side lacks those.
bool layoutsDiffer(const HcrGlobal &G, const HcrType *Type,
                   const GlobalSymbol &Before);
/// What the new version says of the variable's type, in memory that stays.
const HcrType *typeOf(const Transaction &T, const Version &V,
                      const HcrGlobal &G);
/// The accessor is the first image's; the variable must not have changed.
Error stageThreadLocal(Transaction &T, Version &V, const HcrGlobal &G,
                       GlobalSymbol &S);
/// The storage is that of the variable of which \p G is another name.
Error stageAlias(Transaction &T, Version &V, const HcrGlobal &G,
                 GlobalSymbol &S);
/// The image's own storage; refused if the variable holds a value already.
Error stageDirect(Transaction &T, Version &V, const HcrGlobal &G,
                  GlobalSymbol &S);
/// Replaces constants that say the same as before but hold addresses of what
/// is replaced; once imports are resolved.
void checkConstants(Transaction &T);

// Graph.cpp; R.Lock is held
/// Modules in the order "used before user", for handlers and initialisers.
std::vector<Module *> leavesFirst(Runtime &R, const std::vector<Module *> &Of);
/// Modules loaded by the runtime that nobody imports any more go.
void stageUnused(Transaction &T);
/// Modules that still use what Superseded lists, as notes.
void noteStaleCallers(Transaction &T);

// Undo.cpp
/// What new code that crashed before the commit has made and may refer to.
void keepCrashed(Transaction &T);

// Reload.cpp
/// The status file, the log, and what was called that is gone.
void publish(Runtime &R, Report &Out);

// Handlers.cpp
/// Calls user code; false if it threw.
bool callUser(void (*Function)());
/// Says which code of the program runs.
class UserCodeScope {
public:
  UserCodeScope(Runtime &R, UserCode Code) : R(R) { R.Running = Code; }
  ~UserCodeScope() { R.Running = UserCode(); }
  UserCodeScope(const UserCodeScope &) = delete;
  UserCodeScope &operator=(const UserCodeScope &) = delete;

private:
  Runtime &R;
};
/// Which code of the program the reload of this thread is in, as it is said in
/// a refusal.
std::string describeRunning(Runtime &R);
void runHandlers(Transaction &T, bool Before);

} // namespace hcr

#endif
