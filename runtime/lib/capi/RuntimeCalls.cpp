// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// hcr-abi/RuntimeCalls.def: what compiled code calls, and how images find it.
#include "../core/Nim.h"
#include "../core/Reload.h"
#include "../core/Transaction.h"
#include "../core/Tree.h"
#include "Exports.h"

#include <string_view>

using namespace hcr;

extern "C" {

void *hcrRegisterProc(const char *Module, const char *Name, void *Function) {
  return registerProc(runtime(), Module, Name, Function);
}

void *hcrGetProc(const char *Module, const char *Name) {
  return getProc(runtime(), Module, Name);
}

bool hcrRegisterGlobal(const char *Module, const char *Name, intptr_t Size,
                       void (*Marker)(void), void **Out) {
  return registerGlobal(runtime(), Module, Name, static_cast<size_t>(Size),
                        Marker, Out);
}

void *hcrGetGlobal(const char *Module, const char *Name) {
  return getGlobal(runtime(), Module, Name);
}

void hcrInit(void **Modules, const char *Main, const char *, void (*DatInit)(),
             void *, void *(*)(void *, const char *)) {
  initProgram(runtime(), Modules, Main, DatInit);
}

void hcrAddModule(const char *Module) { addModule(runtime(), Module); }

bool hcrHasModuleChanged(const char *SourceHash) {
  return hasModuleChanged(runtime(), SourceHash);
}

bool hcrReloadNeeded(void) { return runtime().Images.anythingNew(); }

void hcrPerformCodeReload(void) { hcr_perform_code_reload(); }

void hcrAddEventHandler(bool IsBefore, void (*Handler)(void *), void *Context) {
  hcr_add_event_handler(IsBefore, Handler, Context);
}

intptr_t hcrGeneration(void) { return runtime().Generation; }

void hcrMarkGlobals(void) { markGlobals(runtime()); }

void hcrRegisterImage(const HcrModuleTable *Begin, const HcrModuleTable *End) {
  Runtime &R = runtime();
  if (!startTree(R, Begin, End))
    registerRange(R, Begin, End);
}

void hcrRegisterType(const HcrType *Type) { registerType(runtime(), Type); }

void hcrBindModule(const HcrModuleTable *Module) {
  bindModule(runtime(), Module);
}

void *hcrBindProc(const char *Module, const char *Name, uint64_t Signature,
                  void **Slot, void *Fallback) {
  return bindProc(runtime(), Module, Name, Signature, Slot, Fallback);
}

void *hcrBindGlobal(const char *Module, const char *Name, void **Pointer,
                    void *Fallback) {
  return bindGlobal(runtime(), Module, Name, Pointer, Fallback);
}
}

namespace hcr {

void *getRuntimeProc(void *, const char *Name) {
  struct Call {
    std::string_view Name;
    void *Address;
  };
#define HCR_RUNTIME_CALL(Name, Result, Parameters)                             \
  {#Name, reinterpret_cast<void *>(Name)},
  static const Call Calls[] = {
#include <hcr-abi/RuntimeCalls.def>
  };
  for (const Call &C : Calls)
    if (C.Name == Name)
      return C.Address;
  return nullptr;
}

} // namespace hcr
