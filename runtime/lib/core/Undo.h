// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A commit, kept so that it can be taken back.
//
// Two halves. What running code sees (cells, vtables, the snapshot) is put
// back by stores alone, in a signal handler, while the tables cannot be read.
// The tables follow later, on a thread that may take locks.
#ifndef HCR_CORE_UNDO_H
#define HCR_CORE_UNDO_H

#include "../sys/Library.h"
#include "Finder.h"
#include "Snapshot.h"
#include "Symbols.h"

#include <string>
#include <vector>

namespace hcr {

struct Runtime;
struct Transaction;
struct Version;
struct Image;

struct Store {
  Cell Where;
  void *What;
};

/// A vtable entry that got another function, and the one that it had. Entries
/// that were added are not among them: their place keeps its meaning.
using VtableStore = Store;

struct ProcBefore {
  ProcSymbol *S;
  Module *Definer;
  uint32_t Count;
  BodyState Was;
  void *Entry;
  ProcSymbol *To; // its slots went there
  bool WasFrom;   // it took over those of another one
  Cells Slots;    // only with To
  Cells Addresses;
};

struct GlobalBefore {
  GlobalSymbol *S;
  Module *Definer;
  uint32_t Count;
  VariableState Was;
  GlobalSymbol *To;
  Cells Pointers; // only with To
};

struct ModuleBefore {
  Module *M;
  Version *Before, *After; // null: there was none, or it went
};

struct LoadedImage {
  Found From;
  uint64_t Size, Hash;
  Image *In; // null: the module went
};

struct Undo {
  intptr_t Generation = 0; // that the commit made
  intptr_t Former = 0;     // the one whose code comes back
  std::vector<Store> Stores;
  std::vector<VtableStore> Vtables;
  std::vector<ProcBefore> Procs;
  std::vector<GlobalBefore> Globals;
  std::vector<ModuleBefore> Modules;
  std::vector<LoadedImage> Images;
  std::vector<ProcSymbol *> Thunked; // their slots hold entry thunks
  std::vector<sys::ObjectRange> NewCode;
  Snapshot Values;

  /// What running code sees. In a signal handler; nothing is allocated.
  void store() const;
  /// The program closed an object: what lies in it is not there any more.
  void forget(const Image *In, const sys::ObjectRange &Object);
};

// All with R.Lock held.
/// Notes what the commit of T, whose stores are listed, is about to change.
void remember(Transaction &T, Undo &U);
/// The tables, after store(): modules, symbols and cells as they were.
void takeBack(Runtime &R, Undo &U);
/// Slots that hold entry thunks get the bodies themselves.
void removeThunks(Undo &U);

} // namespace hcr

#endif
