// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Rollback.h"
#include "Transaction.h"

#include "../sys/Library.h"
#include "Hash.h"

#include <cstdlib>
#include <new>

namespace hcr {

/// 0: off, also for guards; 1: on; more: on for so many milliseconds. Unset:
/// on where somebody watches, and for guards.
static void readRollback(Config &C, const char *Setting) {
  constexpr uint64_t Millisecond = 1'000'000, Usual = 5'000 * Millisecond;
  C.RollbackTime = sys::isSecure() ? 0 : Usual;
  C.EntryThunks = Setting || C.Control;
  if (!Setting)
    return;
  uint64_t Value = strtoull(Setting, nullptr, 10);
  if (Value != 1)
    C.RollbackTime = Value * Millisecond;
}

Config Config::ofProcess() {
  Config C;
  C.Program = sys::executablePath();
  const char *Elsewhere = sys::environment("HCR_DIR");
  C.Directory = Elsewhere ? Elsewhere : C.Program + ".hcr";
  sys::FileId Id = sys::executableFile();
  C.ProgramId = programId(Id.Size, Id.Time);
  C.ProgramTime = Id.Time;
  C.LogTo = sys::environment("HCR_LOG");
  const char *Control = sys::environment("HCR_CONTROL");
  C.Control = Control && std::string_view(Control) == "1";
  const char *Unload = sys::environment("HCR_UNLOAD");
  C.Collect = Unload && std::string_view(Unload) == "collect";
  const char *Snapshot = sys::environment("HCR_SNAPSHOT");
  C.Snapshot = Snapshot && std::string_view(Snapshot) == "1";
  readRollback(C, sys::environment("HCR_ROLLBACK"));
  const char *Types = sys::environment("HCR_TYPES");
  C.AcceptTypes = Types && std::string_view(Types) == "warn";
  return C;
}

Turn::Answer Turn::take() {
  sys::Guard G(Lock);
  if (Taken && pthread_equal(Owner, pthread_self()))
    return Answer::AlreadyMine;
  while (Taken)
    Given.wait(Lock);
  Taken = true;
  Owner = pthread_self();
  return Answer::Mine;
}

bool Turn::tryTake() {
  sys::Guard G(Lock);
  if (Taken)
    return false;
  Taken = true;
  Owner = pthread_self();
  return true;
}

void Turn::give() {
  sys::Guard G(Lock);
  Taken = false;
  Given.wakeAll();
}

bool Turn::isMine() {
  sys::Guard G(Lock);
  return Taken && pthread_equal(Owner, pthread_self());
}

bool Turn::isTaken() {
  sys::Guard G(Lock);
  return Taken;
}

bool Turn::renew() {
  Lock.renew();
  Given.renew();
  if (!Taken || pthread_equal(Owner, pthread_self()))
    return false;
  Taken = false;
  return true;
}

Runtime::Runtime(Config C)
    : Settings(std::move(C)), Removed(reportRemovedCall) {
  Trace.open(Settings.LogTo);
  Images.open(Settings.Directory, Settings.ProgramTime, Settings.User);
  Live.open(Settings.Directory, Settings.User);
  TakesSnapshot = Settings.Snapshot;
  Back = new Rollback(*this);
}

Runtime::~Runtime() {
  delete Back;
  for (const auto &I : Loaded.Images)
    if (I->Handle)
      sys::closeLibrary(I->Handle);
  for (auto [Memory, Size] : Storage)
    releaseStorage(Memory, Size);
  Live.remove();
}

static Runtime *Instance;

Runtime &runtime() {
  if (Runtime *R = __atomic_load_n(&Instance, __ATOMIC_ACQUIRE))
    return *R;
  static sys::Mutex Making;
  sys::Guard G(Making);
  if (!Instance) {
    // Never destroyed: threads of the program outlive static destructors.
    alignas(Runtime) static char Memory[sizeof(Runtime)];
    __atomic_store_n(&Instance, new (Memory) Runtime(Config::ofProcess()),
                     __ATOMIC_RELEASE);
  }
  return *Instance;
}

void useRuntime(Runtime *R) {
  __atomic_store_n(&Instance, R, __ATOMIC_RELEASE);
}

void *entryOf(Runtime &R, ProcSymbol &S) {
  if (S.Entry)
    return S.Entry;
  void *Target = S.Body ? S.Body : S.NextBody;
  if (!Target)
    Target = noticeOf(R, S);
  Cell C;
  S.Entry = R.Entries.make(Target, C);
  if (!S.Entry) {
    // The address is that of this version, which no reload may make do with.
    if (R.Current) {
      R.Current->Transient = true;
      R.Current->Late = Error("there is no memory for trampolines; ask for the "
                              "reload again when there is some");
    }
    return Target;
  }
  S.Slots.add(C);
  R.Trace("trampoline for %.*s", static_cast<int>(S.Name.size()),
          S.Name.data());
  return S.Entry;
}

void *noticeOf(Runtime &R, ProcSymbol &S) {
  void *Body = S.Body && S.Body != S.Notice ? S.Body : arch::nothing();
  if (!S.Notice) {
    S.Notice = R.Removed.make(Body, &S, S.NoticeCell);
    return S.Notice ? S.Notice : Body;
  }
  if (S.Body != S.Notice) {
    __atomic_store_n(&S.NoticeCell->Body, Body, __ATOMIC_RELEASE);
    __atomic_store_n(&S.NoticeCell->Context, static_cast<void *>(&S),
                     __ATOMIC_RELEASE);
  }
  return S.Notice;
}

/// No other definition ever had this owner and name.
static bool isOnlyOne(Runtime &R, const ProcSymbol &S) {
  for (ProcSymbol *Other = R.Procs.find(S.Of, S.Name); Other;
       Other = Other->Next)
    if (Other != &S && (Other->Definer || Other->NextDefiner))
      return false;
  return true;
}

ProcLookup findProc(Runtime &R, const Module &M, std::string_view Name,
                    CallType Type) {
  ProcLookup Out;
  for (Owner Of : {static_cast<Owner>(&M), static_cast<Owner>(M.Host),
                   static_cast<Owner>(nullptr)})
    for (ProcSymbol *S = R.Procs.find(Of, Name); S; S = S->Next) {
      if (!S->bodyNext())
        continue; // direct and not for others
      if (!S->definedNext()) {
        if (S->Definer && !Out.Gone)
          Out.Gone = S;
      } else if (!S->callTypeNext().matches(Type)) {
        Out.Mismatch = S;
        if (CallType(S->Signature).matches(Type.Ir) && isOnlyOne(R, *S))
          Out.Tolerable = S;
      } else if (!Out.Found || S->callTypeNext() == Type) {
        if (!Out.Found || Out.Found->Of == S->Of)
          Out.Found = S;
      }
    }
  return Out;
}

GlobalSymbol *findGlobal(Runtime &R, const Module &M, std::string_view Name) {
  for (Owner Of : {static_cast<Owner>(&M), static_cast<Owner>(M.Host),
                   static_cast<Owner>(nullptr)})
    if (GlobalSymbol *S = R.Globals.find(Of, Name))
      if (S->definedNext())
        return S;
  return nullptr;
}

} // namespace hcr
