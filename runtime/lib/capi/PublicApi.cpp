// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// hcr/hcr.h.
#include "../arch/Records.h"
#include "../arch/Registers.h"
#include "../core/Control.h"
#include "../core/Reload.h"
#include "../core/Rollback.h"

#include <hcr/hcr.h>

#include <cstring>

using namespace hcr;

namespace {

/// A failure that is no reload's, for hcr_last_message().
void remember(const std::string &Message) {
  Runtime &R = runtime();
  sys::Guard G(R.Lock);
  R.Last.Message = Message;
}

size_t copyOut(const std::string &Text, char *Buffer, size_t Size) {
  if (Size) {
    size_t Fits = Text.size() < Size ? Text.size() : Size - 1;
    memcpy(Buffer, Text.data(), Fits);
    Buffer[Fits] = 0;
  }
  return Text.size();
}

/// Text of the runtime. A wrong Buffer must not crash under the lock.
template <class MakeFn> size_t copyOut(char *Buffer, size_t Size, MakeFn Make) {
  Runtime &R = runtime();
  std::string Text;
  {
    sys::Guard G(R.Lock);
    Text = Make(R);
  }
  return copyOut(Text, Buffer, Size);
}

} // namespace

extern "C" {

bool hcr_reload_needed(void) { return runtime().Images.anythingNew(); }

/// Apart from its caller, whose frame holds nothing but what the program had in
/// registers: no word of the runtime's own counts as the program's.
[[gnu::noinline]] static hcr_result performReload(const void *StackTop) {
  Outcome Result = reload(runtime(), false, {}, StackTop).Result;
  return Result == Outcome::RolledBack ? HCR_REFUSED
                                       : static_cast<hcr_result>(Result);
}

hcr_result hcr_perform_code_reload(void) {
  arch::SavedRegisters Registers;
  arch::hcrArchSaveRegisters(&Registers);
  return performReload(&Registers);
}

size_t hcr_changed_types(char *Buffer, size_t Size) {
  return copyOut(Buffer, Size, [](const Runtime &R) {
    std::string Text;
    for (const std::string &Name : R.ChangedTypes)
      Text += (Text.empty() ? "" : "\n") + Name;
    return Text;
  });
}

intptr_t hcr_generation(void) { return runtime().Generation; }

size_t hcr_last_message(char *Buffer, size_t Size) {
  runtime().Back->settleNow();
  return copyOut(Buffer, Size, [](const Runtime &R) { return R.Last.Message; });
}

size_t hcr_last_report(char *Buffer, size_t Size) {
  runtime().Back->settleNow();
  return copyOut(Buffer, Size, [](const Runtime &R) { return R.Last.json(); });
}

bool hcr_add_event_handler(bool IsBefore, hcr_handler Handler, void *Context) {
  if (!Handler)
    return false;
  Runtime &R = runtime();
  sys::Guard G(R.Lock);
  R.Handlers.push_back({IsBefore, Handler, Context});
  return true;
}

bool hcr_remove_event_handler(bool IsBefore, hcr_handler Handler,
                              void *Context) {
  Runtime &R = runtime();
  sys::Guard G(R.Lock);
  for (size_t I = 0; I < R.Handlers.size(); ++I) {
    const EventHandler &H = R.Handlers[I];
    if (H.IsBefore == IsBefore && H.Function == Handler &&
        H.Context == Context) {
      R.Handlers.erase(R.Handlers.begin() + static_cast<ptrdiff_t>(I));
      return true;
    }
  }
  return false;
}

int hcr_collect(void) {
  Collected Out = collectRetired(runtime());
  if (Out.Why.empty())
    return static_cast<int>(Out.Images);
  remember("retired images stay mapped: " + Out.Why);
  return -1;
}

/// Apart from its caller, as performReload().
[[gnu::noinline]] static int isSafe(const void *StackTop, char *Buffer,
                                    size_t Size) {
  Activity Out = askActivity(runtime(), StackTop);
  copyOut(Out.Text, Buffer, Size);
  if (Out.Answer == Activity::Unknown)
    remember("it is not known what is active: " + Out.Text);
  return Out.Answer;
}

int hcr_reload_is_safe(char *Buffer, size_t Size) {
  arch::SavedRegisters Registers;
  arch::hcrArchSaveRegisters(&Registers);
  return isSafe(&Registers, Buffer, Size);
}

int hcr_guard(void (*Function)(void *), void *Argument) {
  Rollback &Back = *runtime().Back;
  if (Back.isOff()) {
    Function(Argument);
    return 0;
  }
  Back.useGuards();
  prepareThread();
  CaughtExceptions Caught;
  int Signal = arch::hcrArchGuard(Function, Argument);
  if (Signal) {
    Caught.restore();
    Back.settleNow();
  }
  return Signal;
}

int hcr_frame(void (*Function)(void *), void *Argument) {
  if (hcr_reload_needed())
    hcr_perform_code_reload();
  return hcr_guard(Function, Argument);
}

void hcr_snapshot(bool On) { runtime().TakesSnapshot = On; }

bool hcr_listen(void) {
  Error E = Control::start(runtime());
  if (E)
    remember(E.text());
  return !E;
}
}
