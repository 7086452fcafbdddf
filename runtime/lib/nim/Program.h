// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A Nim program: its modules, procs and globals (docs/decisions/0007).
//
// Nim's generated code calls a proc through a pointer of its own, which holds
// what hcrRegisterProc or hcrGetProc gave it: the proc's stable entry, one
// indirect jump. A reload stores new bodies behind the entries.
#ifndef HCR_NIM_PROGRAM_H
#define HCR_NIM_PROGRAM_H

#include "../core/LiveDirectory.h"
#include "../core/Log.h"
#include "../core/Report.h"
#include "../core/Runtime.h"
#include "../core/Stubs.h"
#include "../core/Symbols.h"
#include "../sys/Files.h"
#include "Collector.h"
#include "Names.h"
#include "Rehearsal.h"

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace hcr::nim {

struct Module;
struct Version;

/// What a SymbolTable wants to know. Equal keys of one module, two lambdas of
/// one type say, are chained; Signature numbers them.
template <class Symbol> struct Entry {
  std::string_view Name; // the key
  Owner Of = nullptr;    // a Module; null: the whole program
  Symbol *Next = nullptr;
  uint64_t Signature = 0;
  uint32_t Counter = 0;          // in the name that is current
  uint32_t Count = 0, Drops = 0; // versions that register it; those that go
  Version *By = nullptr;         // the last one that did
  bool Claimed = false;          // has a name of the generation to come

  bool defined() const { return Count > 0; }
  /// Only versions that go have it: a new name may mean it.
  bool isFree() const { return Count == Drops && !Claimed; }
  CallType callType() const { return {Signature}; }
  void setCallType(CallType T) { Signature = T.Ir; }
};

struct Proc : Entry<Proc> {
  void *Body = nullptr, *NextBody = nullptr;
  void *Address = nullptr; // of its stable entry
  Cell Slot = nullptr;     // of that
  void *Notice = nullptr;  // reports a call, then goes to the last body
  arch::NoticeCell *NoticeCell = nullptr;
  Proc *NextReported = nullptr;
};

struct Global : Entry<Global> {
  void *Storage = nullptr;
  size_t Size = 0;
  void (*Marker)() = nullptr; // of references to the collector's objects
  bool Gone = false;          // no version has it: the next one begins anew
  bool Expected = false;      // asked for, and not registered so far
};

/// Nim's closure.
struct Handler {
  void (*Function)(void *);
  void *Environment;
};

/// One loaded shared object.
struct Version {
  Module *Of = nullptr;
  void *Handle = nullptr;
  std::string Copy;
  uint64_t ContentHash = 0;
  std::string SigHash;
  std::vector<Module *> Imports;
  void (*CreateTypeInfos)() = nullptr;
  void (*DatInit)() = nullptr;
  void (*Init)() = nullptr;
  std::vector<Proc *> Procs;
  std::vector<Global *> Globals;
  std::vector<Handler> Before, After;
};

struct Module {
  std::string Path; // of the shared object that the compiler writes
  Version *Current = nullptr, *Next = nullptr;
  sys::FileId File, NextFile; // of what was loaded
  sys::FileId Refused;        // not tried again until it changes
  bool Awaited = false;       // a refused reload missed it
  intptr_t Generation = 0;    // that brought what is current
  unsigned Mark = 0;          // of the last walk
};

/// What the code that runs now may register, and with which effect.
enum class Phase {
  Running,      // the program, or its start: takes effect at once
  Rehearsing,   // new versions, with no effect (Rehearsal.h)
  Binding,      // the same again: with the right answers, staged
  Initialising, // their Init000, behind the commit: as Running
};

struct Program {
  explicit Program(Config C);
  ~Program();
  Program(const Program &) = delete;
  Program &operator=(const Program &) = delete;

  Config Settings;
  Log Trace;
  LiveDirectory Live;
  Turn Reloading;
  std::atomic<intptr_t> Generation = 0;
  Collector Nim; // of libnimrtl.so

  sys::Mutex Lock; // of what follows; never held while the program's code runs
  std::deque<Module> Modules;
  std::unordered_map<std::string_view, Module *> ByPath;
  std::deque<Version> Versions; // also former ones: their code may still run
  Module *Root = nullptr, *System = nullptr;
  SymbolTable<Proc> Procs;
  SymbolTable<Global> Globals;
  std::vector<Global *> Marked; // those with a marker
  std::vector<void (*)()> FormerMarkers;
  std::vector<std::pair<void *, size_t>> Storage;
  Trampolines Entries;
  Notices Missing;
  std::atomic<Proc *> Reported = nullptr;
  Report Last;
  unsigned Mark = 0;
  Name Scratch;

  Version *Running; // whose code runs: who registers
  Phase Now = Phase::Running;
  Rehearsal *Check = nullptr;     // in Phase::Rehearsing
  std::vector<std::string> Notes; // for the report

  // What hcrInit told.
  void *Handle = nullptr;
  void *(*GetProc)(void *, const char *) = nullptr;

  Module &module(std::string_view Path);
};

/// The process's program. Tests make their own.
Program &program();
void useProgram(Program *P);

// Register.cpp: what generated code calls
void *registerProc(Program &P, const char *Module, const char *Name,
                   void *Body);
void *getProc(Program &P, const char *Module, const char *Name);
/// True: the storage is new, and zero.
bool registerGlobal(Program &P, const char *Module, const char *Name,
                    size_t Size, void (*Marker)(), void **Out);
void *getGlobal(Program &P, const char *Module, const char *Name);
/// For the collector, when it marks.
void markGlobals(Program &P);
void markProgram(); // that of the process

// Bind.cpp: from the names of new versions to symbols; P.Lock is held
/// What the versions that go will not have any more.
void stageDrops(const std::vector<Version *> &Going);
/// Which symbol each name of new versions means.
void assignNames(Program &P, const std::deque<Rehearsal::Named> &Names);
/// Entries lead to the new bodies; those of removed procs to a notice.
void commitProcs(Program &P, const std::vector<Version *> &New,
                 const std::vector<Version *> &Going);
/// After top-level code ran.
void settleGlobals(const std::vector<Version *> &New,
                   const std::vector<Version *> &Going);
void *entryOf(Program &P, Proc &S);
void *noticeOf(Program &P, Proc &S);
/// What a notice calls.
void reportMissing(arch::NoticeCell *Cell, uintptr_t Return);
/// Calls of procs that are gone, or that never came, since it was asked last.
std::vector<std::string> takeMissingCalls(Program &P);

// Images.cpp: files
/// What a walk over the imports found.
struct Walk {
  std::vector<Module *> Order; // used before user
  std::vector<Module *> New;   // of those, the ones with a new version
};
/// Loads what is new or changed. After a failure dropVersions() takes back what
/// was loaded until then.
Error discover(Program &P, Walk &Out);
void dropVersions(Walk &W);
/// Whether the file has another content than what runs, and was not refused;
/// one system call if nobody touched it.
bool hasChanged(Program &P, Module &M);

// Reload.cpp
void start(Program &P, void **Imports, const char *Main, const char *System,
           void (*DatInit)(), void *Handle,
           void *(*GetProc)(void *, const char *));
bool reloadNeeded(Program &P);
Report reload(Program &P);
/// Whether a module of this hash (HcrGetSigHash) changed: modules of equal base
/// name share it.
bool hashChanged(Program &P, std::string_view Hash);
void addHandler(Program &P, bool IsBefore, Handler H);

} // namespace hcr::nim

#endif
