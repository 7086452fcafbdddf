// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Transaction.h"

#include "../sys/Library.h"
#include "Hash.h"

#include <new>

namespace hcr {

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

/// The first call of a removed function, on the thread that calls it. Told
/// once for each; the list is read by the next report.
static void reportRemovedCall(arch::NoticeCell *Cell) {
  auto *Context = reinterpret_cast<uintptr_t *>(&Cell->Context);
  uintptr_t Old = __atomic_fetch_or(Context, 1, __ATOMIC_ACQ_REL);
  if (Old & 1)
    return;
  auto *S = reinterpret_cast<ProcSymbol *>(Old);
  Runtime &R = runtime();
  S->NextReported = R.Reported.load(std::memory_order_relaxed);
  while (!R.Reported.compare_exchange_weak(S->NextReported, S,
                                           std::memory_order_release))
    ;
  if (R.Trace.enabled())
    R.Trace("call of %s function %s", S->Definer ? "removed" : "undefined",
            demangle(S->Name).c_str());
}

Runtime::Runtime(Config C)
    : Settings(std::move(C)), Removed(reportRemovedCall) {
  Trace.open(Settings.LogTo);
  Images.open(Settings.Directory, Settings.ProgramTime, Settings.User);
  Live.open(Settings.Directory, Settings.User);
}

Runtime::~Runtime() {
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
