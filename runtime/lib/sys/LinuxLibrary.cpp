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

ObjectRange objectAt(const void *Address) {
  // Logarithmic and without a lock, where walking the list of objects made the
  // start of a program of 5,000 images quadratic. glibc 2.35.
  dl_find_object Found;
  if (_dl_find_object(const_cast<void *>(Address), &Found))
    return {};
  return {static_cast<const char *>(Found.dlfo_map_start),
          static_cast<const char *>(Found.dlfo_map_end)};
}

static const link_map *mapOf(void *Handle) {
  link_map *Map = nullptr;
  return dlinfo(Handle, RTLD_DI_LINKMAP, &Map) ? nullptr : Map;
}

ObjectRange objectOf(void *Handle) {
  const link_map *Map = mapOf(Handle);
  return Map ? objectAt(Map->l_ld) : ObjectRange();
}

const void *loaderRecordOf(void *Handle) { return mapOf(Handle); }

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
