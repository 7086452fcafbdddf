// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The steps that carry a Plan out. Each rewrites one kind of symbol and adds
// its rows to the table; HcrPass.cpp has them in order.
#ifndef HCR_PASS_LOWERING_H
#define HCR_PASS_LOWERING_H

#include "Classify.h"
#include "DynamicInit.h"
#include "ModuleTable.h"
#include "llvm/ADT/MapVector.h"

namespace hcr {

/// The pointer, one per linked file, to what destructors are registered with:
/// `__dso_handle`, or in an image what the runtime puts there.
llvm::GlobalVariable &exitHandle(llvm::Module &M, const Options &Opts);

/// Gives an image the functions that libc has only as an archive; before
/// anything is classified.
void bringLibcStatics(llvm::Module &M, const Options &Opts);

/// Leaves room behind each vtable for functions that a later version adds;
/// before anything is classified.
void makeRoomInVtables(llvm::Module &M);

/// What each entry of a vtable stands for, as HcrVirtuals. Null if the variable
/// does not look like a vtable.
llvm::GlobalVariable *describeVirtuals(const llvm::GlobalVariable &Vtable);

/// Gives statics of C functions names that other functions do not change.
void numberLocalStatics(llvm::Module &M);

/// What every step needs.
struct Lowering {
  llvm::Module &M;
  const Options &Opts;
  Plan &P;
  const Identities &Ids;
  const Facts &Known;
  ModuleTable &Table;
  const DynamicInit &Dynamic;
  /// Variables that code initialises, with the byte that says whether that
  /// still has to happen (module binding).
  llvm::MapVector<const llvm::GlobalVariable *, llvm::GlobalVariable *> Fresh =
      {};
  /// Variables with a destructor, with the function that runs it once.
  llvm::MapVector<const llvm::GlobalVariable *, llvm::Function *> Destroy = {};
};

/// Images: functions stay on the stack until what they call has returned,
/// where that does no harm (Frames.cpp); while calls name functions.
void keepFrames(Lowering &L);

/// Puts slots between callers and functions.
///
///     define i32 @F(i32 %x) { … call i32 @G(i32 %x) … }
/// becomes
///     @F.slot = hidden externally_initialized global ptr @F_actual
///     define i32 @F(i32 %x) naked { jump through F.slot }     ; stable entry
///     define hidden i32 @F_actual(i32 %x) {
///       … %G = load atomic ptr, ptr @G.slot monotonic
///         call i32 %G(i32 %x) … }
///
/// A weak definition's own slot is another one, W.own, because its callers' may
/// belong to the definition that wins; theirs starts as the linker's answer:
///     @W.own = internal global ptr @W_actual      ; W jumps through it
///     @W.slot = weak hidden global ptr @W         ; as of an imported function
///
/// An inline function I keeps its name and its direct calls; where its
/// address is used, I.entry (jumping through I.slot) takes its place.
/// In the module binding the address of a function in code is loaded from
/// F.addr, which the runtime fills.
void lowerFunctions(Lowering &L);

/// Reaches variables through pointers.
///
///     store i32 %x, ptr @g
/// becomes
///     @g.ptr = hidden externally_initialized global ptr @g
///     %g = load ptr, ptr @g.ptr, !invariant.load
///     store i32 %x, ptr %g
void lowerVariables(Lowering &L);

/// Lets an image refer to type information of classes that belong to other
/// modules, whatever the program exports.
void lowerTypeInfos(Lowering &L);

/// Gives each thread-local t an accessor function t.tls; in the module
/// binding every access calls it through a slot, so that the first version's
/// storage stays the one.
void lowerThreadLocals(Lowering &L);

/// Makes the destructor of each variable run once, at exit or when the runtime
/// says so.
///
///     call @__cxa_atexit(ptr @~T, ptr @g, ptr @__dso_handle)
/// becomes
///     store ptr @g, ptr @g.alive                     ; a variable like g
///     call @__cxa_atexit(ptr @g.at_exit, ptr @g.alive, ptr @__dso_handle)
///     define internal void @g.at_exit(ptr %alive) {
///       if (%object = exchange(%alive, null)) ~T(%object) }
///     define internal void @g.destroy() { @g.at_exit(@g.alive) } ; the table's
void lowerDestructors(Lowering &L);

/// Makes constructors run once in the life of the process.
///
/// Module binding: the entries of llvm.global_ctors move into hcr.init, each
/// dynamic initialiser guarded by its variables' freshness; what start-up
/// code runs instead when no runtime is there, at the old priorities, is
/// added. Returns hcr.init. Host binding: constructors stay, functions among
/// them get a marker that later images find; returns null.
llvm::Function *lowerInitializers(Lowering &L, llvm::GlobalVariable *State);

/// Lists the addresses in initial values that only the runtime knows
/// (module binding).
void collectFixups(Lowering &L);

/// Lists what each function uses, and which variables' addresses the linked
/// program has in other places than their pointers; after all lowering.
void collectUses(Lowering &L);

/// Writes the table, the registration constructor and, in the module binding,
/// the six entry points.
void emitEntryPoints(Lowering &L, EntryPoints Points);

/// RaceDetection.cpp: tells ThreadSanitizer that the code of an image comes
/// after its data.
void tellRaceDetector(Lowering &L, llvm::Function &Init,
                      llvm::GlobalVariable &State);

/// The word through which runtime and start-up code agree who runs hcr.init.
llvm::GlobalVariable *makeState(llvm::Module &M);

} // namespace hcr

#endif
