// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Calls of functions that are gone.
#include "Reload.h"
#include "Rollback.h"
#include "Symbolize.h"
#include "Transaction.h"

namespace hcr {

/// The first call of a removed function, on the thread that calls it. Told
/// once for each; the list is read by the next report.
void reportRemovedCall(arch::NoticeCell *Cell, uintptr_t Return) {
  auto *Context = reinterpret_cast<uintptr_t *>(&Cell->Context);
  uintptr_t Old = __atomic_fetch_or(Context, 1, __ATOMIC_ACQ_REL);
  if (Old & 1)
    return;
  auto *S = reinterpret_cast<ProcSymbol *>(Old);
  Runtime &R = runtime();
  if (S->Flags & HCR_PROC_OUTLIVES)
    return;
  S->ReportedFrom = Return;
  if (R.Back->takeBackFor(*S, Return))
    return;
  S->NextReported = R.Reported.load(std::memory_order_relaxed);
  while (!R.Reported.compare_exchange_weak(S->NextReported, S,
                                           std::memory_order_release))
    ;
  if (R.Trace.enabled())
    R.Trace("call of %s function %s", S->Definer ? "removed" : "undefined",
            demangle(S->Name).c_str());
}

std::vector<std::string> takeLateNotes(Runtime &R) {
  std::vector<std::string> Notes;
  Symbolizer Names(R);
  ProcSymbol *S = R.Reported.exchange(nullptr, std::memory_order_acquire);
  for (; S; S = S->NextReported)
    Notes.push_back(
        S->Definer ? format("the removed function %s was called by %s; its "
                            "last version ran",
                            demangle(S->Name).c_str(),
                            Names.name(S->ReportedFrom - 1).c_str())
                   : format("the undefined function %s was called by %s; it "
                            "did nothing",
                            demangle(S->Name).c_str(),
                            Names.name(S->ReportedFrom - 1).c_str()));
  return Notes;
}

} // namespace hcr
