// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The calls of Nim's generated code, and the types in them.
#ifndef HCR_NIM_EXPORTS_H
#define HCR_NIM_EXPORTS_H

#include <cstdint>

#define HCR_NIM_API [[gnu::visibility("default")]]

/// A string of Nim's compilers up to 1.6, and of 2 with --mm:refc.
struct NimString {
  intptr_t Length, Reserved;
  char Data[1];
};

/// By value in two registers. Nim 2 gives a plain function instead; what is
/// passed as its argument it ignores.
struct NimClosure {
  void (*Function)(void *);
  void *Environment;
};

extern "C" {
HCR_NIM_API void *hcrRegisterProc(const char *Module, const char *Name,
                                  void *Function);
HCR_NIM_API void *hcrGetProc(const char *Module, const char *Name);
HCR_NIM_API bool hcrRegisterGlobal(const char *Module, const char *Name,
                                   intptr_t Size, void (*Marker)(void),
                                   void **Out);
HCR_NIM_API void *hcrGetGlobal(const char *Module, const char *Name);
HCR_NIM_API void hcrInit(void **Modules, const char *Main, const char *System,
                         void (*DatInit)(void), void *Handle,
                         void *(*GetProc)(void *, const char *));
HCR_NIM_API void hcrAddModule(const char *Module);
HCR_NIM_API bool hcrHasModuleChanged(const NimString *Hash);
HCR_NIM_API bool hcrReloadNeeded(void);
HCR_NIM_API void hcrPerformCodeReload(void);
HCR_NIM_API void hcrAddEventHandler(bool IsBefore, NimClosure Closure);
HCR_NIM_API intptr_t hcrGeneration(void);
HCR_NIM_API void hcrMarkGlobals(void);
}

#endif
