// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Guard.h"

#include <cstdint>
#include <dlfcn.h>
#include <unwind.h>

extern "C" {
int hcrArchCallGuarded(void (*Function)(void *), void *Context);
void hcrArchLanding(void);

/// The unwinder that is at work is the program's; libhcr.so must not use a copy
/// of its own on the other's data, so its functions are asked for by name. A
/// program that hides them gets its exception through.
[[gnu::used, gnu::visibility("hidden")]] _Unwind_Reason_Code
hcrArchPersonality(int, _Unwind_Action Actions, uint64_t,
                   _Unwind_Exception *Exception, _Unwind_Context *Context) {
  using SetRegisterFn = void (*)(_Unwind_Context *, int, uintptr_t);
  using SetAddressFn = void (*)(_Unwind_Context *, uintptr_t);
  auto SetRegister =
      reinterpret_cast<SetRegisterFn>(dlsym(RTLD_DEFAULT, "_Unwind_SetGR"));
  auto SetAddress =
      reinterpret_cast<SetAddressFn>(dlsym(RTLD_DEFAULT, "_Unwind_SetIP"));
  if ((Actions & _UA_FORCE_UNWIND) || !SetRegister || !SetAddress)
    return _URC_CONTINUE_UNWIND;
  if (Actions & _UA_SEARCH_PHASE)
    return _URC_HANDLER_FOUND;
  if (!(Actions & _UA_HANDLER_FRAME))
    return _URC_CONTINUE_UNWIND;
  SetRegister(Context, 0, reinterpret_cast<uintptr_t>(Exception)); // %rax
  SetAddress(Context, reinterpret_cast<uintptr_t>(hcrArchLanding));
  return _URC_INSTALL_CONTEXT;
}

[[gnu::used, gnu::visibility("hidden")]] void
hcrArchCaught(_Unwind_Exception *Exception) {
  auto Begin = reinterpret_cast<void *(*)(void *)>(
      dlsym(RTLD_DEFAULT, "__cxa_begin_catch"));
  auto End =
      reinterpret_cast<void (*)()>(dlsym(RTLD_DEFAULT, "__cxa_end_catch"));
  if (Begin && End) {
    Begin(Exception);
    End();
  } else if (Exception->exception_cleanup) {
    Exception->exception_cleanup(_URC_FOREIGN_EXCEPTION_CAUGHT, Exception);
  }
}
}

namespace hcr::arch {

bool callGuarded(void (*Function)(void *), void *Context) {
  return !hcrArchCallGuarded(Function, Context);
}

} // namespace hcr::arch
