// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Handlers are collected first and called without a lock: they may call
// anything but a reload.
#include "../arch/Guard.h"
#include "Rollback.h"
#include "Transaction.h"

namespace hcr {

bool callUser(void (*Function)()) {
  return arch::callGuarded([](void *F) { (*static_cast<void (**)()>(F))(); },
                           &Function);
}

void runHandlers(Transaction &T, bool Before) {
  Runtime &R = T.R;
  std::vector<void (*)()> Marked;
  std::vector<EventHandler> Registered;
  {
    sys::Guard G(R.Lock);
    for (Module *M : leavesFirst(R, R.WithHandlers)) {
      const HcrModuleTable &Table = *M->Current->Table;
      for (const HcrHandler &H :
           array<HcrHandler>(Table.Handlers, Table.HandlerCount))
        if (static_cast<bool>(H.IsBefore) == Before)
          Marked.push_back(follow<void()>(H.Function));
    }
    for (const EventHandler &H : R.Handlers)
      if (H.IsBefore == Before)
        Registered.push_back(H);
  }
  bool Quiet = true;
  auto Call = [&](void (*Function)(void *), void *Context) {
    auto Went = R.Back->callUser(T, Function, Context, !Before);
    Quiet &= Went != Rollback::Call::Threw;
    return Went != Rollback::Call::Crashed;
  };
  for (void (*Function)() : Marked)
    if (!Call([](void *F) { (*static_cast<void (**)()>(F))(); }, &Function))
      return;
  for (const EventHandler &H : Registered)
    if (!Call(H.Function, H.Context))
      return;
  if (!Quiet)
    T.Out.Notes.push_back(format("a handler that runs %s the reload threw an "
                                 "exception; it was swallowed",
                                 Before ? "before" : "after"));
  if (size_t Count = Marked.size() + Registered.size())
    R.Trace("%zu handlers called %s the commit", Count,
            Before ? "before" : "after");
}

} // namespace hcr
