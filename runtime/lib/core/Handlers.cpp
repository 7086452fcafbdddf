// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Handlers are collected first and called without a lock: they may call
// anything but a reload.
#include "Transaction.h"

namespace hcr {

void runHandlers(Runtime &R, bool Before) {
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
  for (void (*Function)() : Marked)
    Function();
  for (const EventHandler &H : Registered)
    H.Function(H.Context);
  if (size_t Count = Marked.size() + Registered.size())
    R.Trace("%zu handlers called %s the commit", Count,
            Before ? "before" : "after");
}

} // namespace hcr
