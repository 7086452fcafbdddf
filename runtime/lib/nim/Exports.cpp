// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// libnimhcr.so as Nim's generated code sees it. Names, types and meaning are
// those of `lib/nimhcr.nim`; docs/decisions/0007 says where this runtime does
// otherwise.
#include "Exports.h"
#include "Program.h"

#include <string_view>

using namespace hcr::nim;

void hcr::nim::markProgram() { markGlobals(program()); }

extern "C" {

void *hcrRegisterProc(const char *Module, const char *Name, void *Function) {
  return registerProc(program(), Module, Name, Function);
}

void *hcrGetProc(const char *Module, const char *Name) {
  return getProc(program(), Module, Name);
}

bool hcrRegisterGlobal(const char *Module, const char *Name, intptr_t Size,
                       void (*Marker)(void), void **Out) {
  return registerGlobal(program(), Module, Name, static_cast<size_t>(Size),
                        Marker, Out);
}

void *hcrGetGlobal(const char *Module, const char *Name) {
  return getGlobal(program(), Module, Name);
}

void hcrInit(void **Modules, const char *Main, const char *System,
             void (*DatInit)(void), void *Handle,
             void *(*GetProc)(void *, const char *)) {
  start(program(), Modules, Main, System, DatInit, Handle, GetProc);
}

void hcrAddModule(const char *Module) {
  Program &P = program();
  hcr::sys::Guard G(P.Lock);
  P.module(Module);
}

bool hcrHasModuleChanged(const NimString *Hash) {
  return Hash && hashChanged(program(),
                             {Hash->Data, static_cast<size_t>(Hash->Length)});
}

bool hcrReloadNeeded(void) { return reloadNeeded(program()); }

void hcrPerformCodeReload(void) { reload(program()); }

void hcrAddEventHandler(bool IsBefore, NimClosure Closure) {
  addHandler(program(), IsBefore, {Closure.Function, Closure.Environment});
}

intptr_t hcrGeneration(void) { return program().Generation; }

void hcrMarkGlobals(void) { markProgram(); }
}
