// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Collector.h"

#include "../sys/Library.h"

namespace hcr::nim {

template <class Function>
static void look(void *Library, const char *Name, Function &Out) {
  Out = reinterpret_cast<Function>(sys::findSymbol(Library, Name));
}

void Collector::find() {
  void *Library = sys::loadedLibrary("libnimrtl.so");
  if (!Library)
    return;
  look(Library, "nimrtl_GC_disable", Disable);
  look(Library, "nimrtl_GC_enable", Enable);
  look(Library, "nimrtl_nimRegisterGlobalMarker", Add);
  look(Library, "nimrtl_nimGCvisit", Visit);
}

bool Collector::addMarker(void (*Marker)()) {
  if (Add)
    Add(Marker);
  return Add;
}

void Collector::mark(void *Object) {
  constexpr long MarkGlobal = 0; // WalkOp waMarkGlobal
  if (Object && Visit)
    Visit(Object, MarkGlobal);
}

Collector::Pause::Pause(Collector &C) : C(C) {
  if (C.Disable && C.Enable)
    C.Disable();
}

Collector::Pause::~Pause() {
  if (C.Disable && C.Enable)
    C.Enable();
}

} // namespace hcr::nim
