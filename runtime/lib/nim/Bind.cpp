// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From the names of new versions to the symbols that they mean.
//
// Mostly a key has one name before and one after the edit. Where it has more,
// lambdas of one type or copies of one generic, the order of the source tells
// them apart: the running numbers go up with it, in the old names as in the
// new.
#include "Program.h"

#include <algorithm>

namespace hcr::nim {

void *noticeOf(Program &P, Proc &S) {
  void *Body = S.Body ? S.Body : arch::nothing();
  if (!S.Notice) {
    S.Notice = P.Missing.make(Body, &S, S.NoticeCell);
    return S.Notice ? S.Notice : Body;
  }
  __atomic_store_n(&S.NoticeCell->Body, Body, __ATOMIC_RELEASE);
  __atomic_store_n(&S.NoticeCell->Context, static_cast<void *>(&S),
                   __ATOMIC_RELEASE);
  return S.Notice;
}

void *entryOf(Program &P, Proc &S) {
  if (S.Address)
    return S.Address;
  void *Target = S.Body ? S.Body : noticeOf(P, S);
  S.Address = P.Entries.make(Target, S.Slot);
  return S.Address ? S.Address : Target;
}

/// The first call of a proc that is gone or never came, on the thread that
/// calls it.
void reportMissing(arch::NoticeCell *Cell, uintptr_t) {
  auto *Context = reinterpret_cast<uintptr_t *>(&Cell->Context);
  uintptr_t Old = __atomic_fetch_or(Context, 1, __ATOMIC_ACQ_REL);
  if (Old & 1)
    return;
  auto *S = reinterpret_cast<Proc *>(Old);
  Program &P = program();
  S->NextReported = P.Reported.load(std::memory_order_relaxed);
  while (!P.Reported.compare_exchange_weak(S->NextReported, S,
                                           std::memory_order_release))
    ;
  if (P.Trace.enabled())
    P.Trace("call of %s proc %s", S->Body ? "removed" : "undefined",
            sourceName(S->Name).c_str());
}

std::vector<std::string> takeMissingCalls(Program &P) {
  std::vector<std::string> Notes;
  Proc *S = P.Reported.exchange(nullptr, std::memory_order_acquire);
  for (; S; S = S->NextReported)
    Notes.push_back(format(S->Body ? "the removed proc %s was called; its "
                                     "last version ran"
                                   : "the undefined proc %s was called; it "
                                     "did nothing",
                           sourceName(S->Name).c_str()));
  return Notes;
}

void stageDrops(const std::vector<Version *> &Going) {
  for (Version *V : Going) {
    for (Proc *S : V->Procs)
      ++S->Drops;
    for (Global *S : V->Globals)
      ++S->Drops;
  }
}

/// Symbols that a new name can mean: those that now go first, each in the order
/// of the source.
static std::vector<Proc *> freeOf(Program &P, const Rehearsal::Named &N) {
  std::vector<Proc *> Free;
  for (Proc *S = P.Procs.find(N.Of, N.Key); S; S = S->Next)
    if (S->isFree())
      Free.push_back(S);
  auto Rank = [](const Proc *S) {
    return std::pair(S->Count == 0, S->Counter);
  };
  std::sort(Free.begin(), Free.end(),
            [&](const Proc *A, const Proc *B) { return Rank(A) < Rank(B); });
  return Free;
}

static bool isTaken(Program &P, const Rehearsal::Named &N, uint32_t Counter) {
  for (Proc *S = P.Procs.find(N.Of, N.Key); S; S = S->Next)
    if (!S->isFree() && S->Counter == Counter)
      return true;
  return false;
}

static void assign(Program &P, const Rehearsal::Named &N) {
  std::vector<Proc *> Free = freeOf(P, N);
  std::vector<uint32_t> Counters;
  for (uint32_t C : N.Counters)
    if (!isTaken(P, N, C))
      Counters.push_back(C);
  std::sort(Counters.begin(), Counters.end());
  size_t Known = std::min(Free.size(), Counters.size());
  for (size_t I = 0; I < Known; ++I) {
    Free[I]->Counter = Counters[I];
    Free[I]->Claimed = true;
  }
}

void assignNames(Program &P, const std::deque<Rehearsal::Named> &Names) {
  for (const Rehearsal::Named &N : Names)
    assign(P, N);
}

template <class Symbol> static void leave(Symbol &S, const Version &V) {
  --S.Count;
  S.Drops = 0;
  if (S.By == &V)
    S.By = nullptr;
}

void commitProcs(Program &P, const std::vector<Version *> &New,
                 const std::vector<Version *> &Going) {
  for (Version *V : New)
    for (Proc *S : V->Procs) {
      S->Claimed = false;
      if (!S->NextBody)
        continue;
      S->Body = S->NextBody;
      S->NextBody = nullptr;
      if (S->Slot)
        storeCell(S->Slot, S->Body);
    }
  for (Version *V : Going) {
    for (Proc *S : V->Procs)
      leave(*S, *V);
    for (Proc *S : V->Procs)
      if (!S->Count && S->Slot)
        storeCell(S->Slot, noticeOf(P, *S));
  }
}

/// Type infos stay for the objects that have them.
static bool isTypeInfo(std::string_view Key) {
  return !typeName(Key).empty() || isNodeStorage(Key);
}

void settleGlobals(const std::vector<Version *> &New,
                   const std::vector<Version *> &Going) {
  for (Version *V : New)
    for (Global *S : V->Globals)
      S->Claimed = false;
  // Storage and markers of removed ones stay: old code may use them.
  for (Version *V : Going)
    for (Global *S : V->Globals) {
      leave(*S, *V);
      if (!S->Count && !isTypeInfo(S->Name))
        S->Gone = true;
    }
}

} // namespace hcr::nim
