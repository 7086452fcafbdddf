// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// nimhcr's calls, one symbol at a time, on the same tables. Compilers that know
// no module tables emit them; internal symbols belong to the module named.
#ifndef HCR_CORE_NIM_H
#define HCR_CORE_NIM_H

#include "Runtime.h"

namespace hcr {

void *registerProc(Runtime &R, const char *Module, const char *Name,
                   void *Body);
void *getProc(Runtime &R, const char *Module, const char *Name);
bool registerGlobal(Runtime &R, const char *Module, const char *Name,
                    size_t Size, void (*Marker)(void), void **Out);
void *getGlobal(Runtime &R, const char *Module, const char *Name);
void *bindProc(Runtime &R, const char *Module, const char *Name,
               uint64_t Signature, void **Slot, void *Fallback);
/// What HcrCreateTypeInfos calls for the type of each variable.
void registerType(Runtime &R, const HcrType *Type);
void *bindGlobal(Runtime &R, const char *Module, const char *Name,
                 void **Pointer, void *Fallback);
void bindModule(Runtime &R, const HcrModuleTable *Table);
bool hasModuleChanged(Runtime &R, const char *SourceHash);
void markGlobals(Runtime &R);
void initProgram(Runtime &R, void **Modules, const char *Main,
                 void (*DatInit)(void));
void addModule(Runtime &R, const char *Module);

} // namespace hcr

#endif
