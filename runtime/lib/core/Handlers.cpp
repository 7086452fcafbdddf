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

std::string describeRunning(Runtime &R) {
  const UserCode &Code = R.Running;
  std::string Of = Code.Of ? " of " + Code.Of->Name : "";
  if (Code.Kind == UserCode::None)
    return "in a handler or an initialiser";
  if (Code.Kind == UserCode::Initialiser)
    return "in an initialiser" + Of;
  std::string Name;
  sys::Guard G(R.Lock);
  R.Procs.forEach([&](const ProcSymbol &S) {
    if (S.Body == Code.Function || S.Entry == Code.Function)
      Name = " " + demangle(S.Name);
  });
  return "in the handler" + Name + Of + ", which runs " +
         (Code.Kind == UserCode::Before ? "before" : "after") + " the reload";
}

void runHandlers(Transaction &T, bool Before) {
  Runtime &R = T.R;
  std::vector<std::pair<const Module *, void (*)()>> Marked;
  std::vector<EventHandler> Registered;
  {
    sys::Guard G(R.Lock);
    for (Module *M : leavesFirst(R, R.WithHandlers)) {
      const HcrModuleTable &Table = *M->Current->Table;
      for (const HcrHandler &H :
           array<HcrHandler>(Table.Handlers, Table.HandlerCount))
        if (static_cast<bool>(H.IsBefore) == Before)
          Marked.push_back({M, follow<void()>(H.Function)});
    }
    for (const EventHandler &H : R.Handlers)
      if (H.IsBefore == Before)
        Registered.push_back(H);
  }
  bool Quiet = true;
  auto Kind = Before ? UserCode::Before : UserCode::After;
  auto Call = [&](const Module *Of, auto *Known, void (*Function)(void *),
                  void *Context) {
    UserCodeScope Scope(R, {Kind, Of, reinterpret_cast<const void *>(Known)});
    auto Went = R.Back->callUser(T, Function, Context, !Before);
    Quiet &= Went != Rollback::Call::Threw;
    return Went != Rollback::Call::Crashed;
  };
  for (auto [Of, Function] : Marked)
    if (!Call(
            Of, Function, [](void *F) { (*static_cast<void (**)()>(F))(); },
            &Function))
      return;
  for (const EventHandler &H : Registered)
    if (!Call(nullptr, H.Function, H.Function, H.Context))
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
