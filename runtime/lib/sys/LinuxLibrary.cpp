// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Library.h"

#include <cstdint>
#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>

namespace hcr::sys {

void *openLibrary(const std::string &Path, std::string &Why) {
  dlerror();
  void *Handle = dlopen(Path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!Handle) {
    const char *Said = dlerror();
    Why = Said ? Said : "the dynamic loader gave no reason";
  }
  return Handle;
}

void closeLibrary(void *Handle) { dlclose(Handle); }

void *findSymbol(void *Handle, const char *Name) {
  dlerror();
  void *Address = dlsym(Handle, Name);
  dlerror();
  return Address;
}

namespace {
struct ObjectSearch {
  uintptr_t Address;
  ObjectRange Found;
};
} // namespace

static int compareObject(dl_phdr_info *Info, size_t, void *Context) {
  auto *Search = static_cast<ObjectSearch *>(Context);
  uintptr_t Begin = UINTPTR_MAX, End = 0;
  for (int I = 0; I < Info->dlpi_phnum; ++I) {
    const auto &Segment = Info->dlpi_phdr[I];
    if (Segment.p_type != PT_LOAD)
      continue;
    uintptr_t Start = Info->dlpi_addr + Segment.p_vaddr;
    Begin = Start < Begin ? Start : Begin;
    End = Start + Segment.p_memsz > End ? Start + Segment.p_memsz : End;
  }
  if (Search->Address < Begin || Search->Address >= End)
    return 0;
  Search->Found = {reinterpret_cast<const char *>(Begin),
                   reinterpret_cast<const char *>(End)};
  return 1;
}

ObjectRange objectAt(const void *Address) {
  ObjectSearch Search = {reinterpret_cast<uintptr_t>(Address), {}};
  dl_iterate_phdr(compareObject, &Search);
  return Search.Found;
}

ObjectRange objectOf(void *Handle) {
  link_map *Map = nullptr;
  if (dlinfo(Handle, RTLD_DI_LINKMAP, &Map) || !Map)
    return {};
  return objectAt(Map->l_ld);
}

void *allocatePages(size_t Size) {
  void *Pages = mmap(nullptr, Size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return Pages == MAP_FAILED ? nullptr : Pages;
}

void releasePages(void *Pages, size_t Size) { munmap(Pages, Size); }

bool makeExecutable(void *Pages, size_t Size) {
  return !mprotect(Pages, Size, PROT_READ | PROT_EXEC);
}

} // namespace hcr::sys
