// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The state of the runtime, one per process (tests make their own).
//
// Locks, in the order in which they may be taken:
//   Turn    who reloads; held over a whole reload, also while user code runs,
//           so it is a state with an owner and not a mutex
//   Lock    the tables below; taken for short steps, never while user code, the
//           dynamic loader or the disk is at work
//   the locks inside Finder and Log
#ifndef HCR_CORE_RUNTIME_H
#define HCR_CORE_RUNTIME_H

#include "Error.h"
#include "Finder.h"
#include "LiveDirectory.h"
#include "Log.h"
#include "Modules.h"
#include "Report.h"
#include "Stubs.h"
#include "Types.h"

#include "../sys/Library.h"

#include <atomic>

namespace hcr {

struct Transaction;
class Control;
class Rollback;

using GetProc = void *(*)(void *Handle, const char *Name);

struct Config {
  std::string Directory; // PROGRAM.hcr
  std::string Program;   // path of the executable
  uint64_t ProgramId = 0;
  int64_t ProgramTime = 0;
  unsigned User = sys::effectiveUser(); // whose files are used, and root's
  const char *LogTo = nullptr;
  bool Control = false;
  bool Collect = false; // after each reload
  /// For how long a reload can be taken back, nanoseconds; 0: never.
  uint64_t RollbackTime = 0;
  bool EntryThunks = false; // without a guard of the program, too
  bool Snapshot = false;    // of plain variables, at each reload
  /// Go on when the layout of a type changed of which objects may be on a heap.
  bool AcceptTypes = false;
  /// The directory and the program of this process; its environment unless it
  /// is a setuid program.
  static Config ofProcess();
};

struct EventHandler {
  bool IsBefore;
  void (*Function)(void *);
  void *Context;
};

/// Code of the program that a reload runs.
struct UserCode {
  enum { None, Before, After, Initialiser } Kind = None;
  const Module *Of = nullptr;     // null: a registered handler
  const void *Function = nullptr; // of a handler
};

/// Whose turn it is to reload.
class Turn {
public:
  enum class Answer { Mine, AlreadyMine };
  /// Waits for another thread's reload to end.
  Answer take();
  bool tryTake();
  void give();
  bool isMine();
  bool isTaken();
  /// In the child of a fork: true if a reload was cut short by it.
  bool renew();

private:
  sys::Mutex Lock;
  sys::Condition Given;
  bool Taken = false;
  pthread_t Owner = {};
};

struct Runtime {
  explicit Runtime(Config C);
  ~Runtime();

  Config Settings;
  Log Trace;
  Finder Images;
  LiveDirectory Live;
  Turn Reloading;
  std::atomic<intptr_t> Generation = 0;
  std::atomic<bool> Ending = false;
  /// The program is made of module images, which register nothing.
  std::atomic<bool> IsTree = false;
  /// Why no reload is possible any more; set in a child that was forked while
  /// another thread reloaded.
  std::atomic<const char *> Broken = nullptr;
  GetProc GetRuntimeProc = nullptr; // set by capi/
  /// The first range of the runtime's own memory that ends behind an address;
  /// set by capi/, null where its memory is everybody's (sanitizers).
  sys::ObjectRange (*OwnMemory)(const char *After) = nullptr;
  /// Set by capi/: see there. Null in tests of core/.
  bool (*ReserveMemory)(size_t Size) = nullptr;
  bool (*MemoryIsShort)() = nullptr;

  sys::Mutex Lock; // of everything below
  Modules Loaded;
  SymbolTable<ProcSymbol> Procs;
  SymbolTable<GlobalSymbol> Globals;
  KnownTypes Types; // of variables that images brought
  /// Of variables, also forgotten ones: nothing of it is ever freed, because
  /// old code may still use it, and nothing is lost to a leak checker.
  std::vector<std::pair<void *, size_t>> Storage;
  Trampolines Entries;
  Notices Removed;
  Thunks EntryThunks;
  std::vector<EventHandler> Handlers;
  std::vector<Module *> WithHandlers; // modules whose table has some
  std::vector<std::string> LateNotes; // for the next report
  Report Last;
  std::vector<std::string> ChangedTypes; // by the last reload, or the one now
  Transaction *Current = nullptr;        // of the thread whose turn it is
  UserCode Running;                      // likewise
  uint64_t RetiredImages = 0, RetiredBytes = 0;
  /// Functions that were called after their removal, newest first; pushed by
  /// any thread without a lock.
  std::atomic<ProcSymbol *> Reported = nullptr;

  /// Ranges that hcrRegisterImage took note of. Written without a lock or an
  /// allocation: it runs before main, in every start of every program.
  struct Registered {
    std::atomic<const HcrModuleTable *> Begin;
    const HcrModuleTable *End;
  };
  static constexpr size_t MaxRegistered = 1024;
  Registered Ranges[MaxRegistered] = {};
  std::atomic<size_t> RangeCount = 0;
  size_t Indexed = 0;
  struct HostImage {
    Image *In;
    sys::ObjectRange Object;
  };
  std::vector<HostImage> Hosts;

  Control *Server = nullptr;
  Rollback *Back = nullptr; // never null, but while the runtime is made
  std::atomic<bool> TakesSnapshot = false;
};

/// The process's runtime; made at the first call.
Runtime &runtime();
/// For tests: the one that runtime() gives from now on.
void useRuntime(Runtime *R);

/// Takes the tables that were registered since into the symbol tables. Needed
/// before anything is looked up; R.Lock must be held.
void indexHosts(Runtime &R);
/// Waits until every object that is being loaded has handed over its tables.
/// The control thread runs before the constructors of the program do; a reload
/// in between would take all of the program's variables for new ones.
void awaitHosts(Runtime &R);
/// Forgets images that the program closed; R.Lock must be held.
void forgetClosedHosts(Runtime &R);

/// The stable entry of a function; made if there is none. Null: no memory.
void *entryOf(Runtime &R, ProcSymbol &S);
/// What a notice calls: the first call of a removed function, on the thread
/// that calls it.
void reportRemovedCall(arch::NoticeCell *Cell, uintptr_t Return);
/// Where slots of a removed function go.
void *noticeOf(Runtime &R, ProcSymbol &S);

struct ProcLookup {
  ProcSymbol *Found = nullptr;
  ProcSymbol *Mismatch = nullptr; // defined with another signature
  ProcSymbol *Gone = nullptr;     // was defined once
  /// A mismatch of names of types only (`struct A *` here, `void *` there), of
  /// a function that never was another one: no edit made it.
  ProcSymbol *Tolerable = nullptr;
};
/// What a name means inside a module, once the staged reload is done.
ProcLookup findProc(Runtime &R, const Module &M, std::string_view Name,
                    CallType Type);
GlobalSymbol *findGlobal(Runtime &R, const Module &M, std::string_view Name);

inline Owner ownerFor(uint32_t Flags, const Module &M) {
  switch (Flags & HCR_SCOPE_MASK) {
  case HCR_SCOPE_MODULE:
    return &M;
  case HCR_SCOPE_IMAGE:
    return M.Host;
  default:
    return nullptr;
  }
}

} // namespace hcr

#endif
