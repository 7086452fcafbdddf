// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Library.h"

#include <cstdint>
#include <cstring>
#include <dlfcn.h>
#include <link.h>
#include <string_view>
#include <sys/mman.h>
#include <utility>

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

void *loadedLibrary(const char *Name) {
  return dlopen(Name, RTLD_NOW | RTLD_NOLOAD);
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

std::string objectPath(const ObjectRange &Object) {
  dl_find_object Found;
  if (!Object.Begin ||
      _dl_find_object(const_cast<char *>(Object.Begin), &Found) ||
      !Found.dlfo_link_map)
    return {};
  // The loader has no name for the executable.
  const char *Name = Found.dlfo_link_map->l_name;
  return Name && *Name ? Name : "/proc/self/exe";
}

static void addSegments(const ElfW(Phdr) * First, size_t Count, uintptr_t Base,
                        std::vector<Segment> &Out) {
  for (auto *P = First; P != First + Count; ++P) {
    if (P->p_type != PT_LOAD || !(P->p_flags & PF_R))
      continue;
    auto *Begin = reinterpret_cast<const char *>(Base + P->p_vaddr);
    Out.push_back({{Begin, Begin + P->p_memsz},
                   (P->p_flags & PF_W) != 0,
                   (P->p_flags & PF_X) != 0});
  }
}

std::vector<Segment> segmentsAt(const void *Address) {
  std::vector<Segment> Result;
  dl_find_object Found;
  if (_dl_find_object(const_cast<void *>(Address), &Found))
    return Result;
  // Every linker maps the headers first; so no walk through all objects (see
  // above).
  auto *Header = static_cast<const ElfW(Ehdr) *>(Found.dlfo_map_start);
  constexpr size_t Page = 4096;
  if (!memcmp(Header->e_ident, ELFMAG, SELFMAG) && Header->e_phoff < Page &&
      Header->e_phoff + Header->e_phnum * sizeof(ElfW(Phdr)) <= Page) {
    addSegments(reinterpret_cast<const ElfW(Phdr) *>(
                    reinterpret_cast<const char *>(Header) + Header->e_phoff),
                Header->e_phnum, Found.dlfo_link_map->l_addr, Result);
    return Result;
  }
  struct Search {
    ObjectRange In;
    std::vector<Segment> &Out;
  } Context{{static_cast<const char *>(Found.dlfo_map_start),
             static_cast<const char *>(Found.dlfo_map_end)},
            Result};
  dl_iterate_phdr(
      [](dl_phdr_info *Object, size_t, void *Data) {
        auto &S = *static_cast<Search *>(Data);
        if (!S.In.holds(Object->dlpi_phdr))
          return 0;
        addSegments(Object->dlpi_phdr, Object->dlpi_phnum, Object->dlpi_addr,
                    S.Out);
        return 1;
      },
      &Context);
  return Result;
}

std::vector<Segment> segmentsOf(void *Handle) {
  const link_map *Map = mapOf(Handle);
  return Map ? segmentsAt(Map->l_ld) : std::vector<Segment>();
}

const void *loaderRecordOf(void *Handle) { return mapOf(Handle); }

/// The undefined symbols of one object, found as the loader finds them.
static bool asksFor(const dl_phdr_info &Object, std::string_view Symbol) {
  const ElfW(Dyn) *Entry = nullptr;
  for (unsigned I = 0; I < Object.dlpi_phnum; ++I)
    if (Object.dlpi_phdr[I].p_type == PT_DYNAMIC)
      Entry = reinterpret_cast<const ElfW(Dyn) *>(Object.dlpi_addr +
                                                  Object.dlpi_phdr[I].p_vaddr);
  uintptr_t Names = 0, Symbols = 0;
  for (; Entry && Entry->d_tag != DT_NULL; ++Entry) {
    // glibc has made addresses of them, but for the kernel's own object.
    uintptr_t At = Entry->d_un.d_ptr;
    if (Entry->d_tag == DT_STRTAB)
      Names = At < Object.dlpi_addr ? At + Object.dlpi_addr : At;
    else if (Entry->d_tag == DT_SYMTAB)
      Symbols = At < Object.dlpi_addr ? At + Object.dlpi_addr : At;
  }
  if (!Names || !Symbols)
    return false;
  // Their number stands nowhere, but every linker puts the names behind them.
  auto *S = reinterpret_cast<const ElfW(Sym) *>(Symbols);
  for (; reinterpret_cast<uintptr_t>(S + 1) <= Names; ++S)
    if (S->st_shndx == SHN_UNDEF && S->st_name &&
        Symbol == reinterpret_cast<const char *>(Names) + S->st_name)
      return true;
  return false;
}

std::vector<ObjectRange> objectsAskingFor(const char *Symbol) {
  struct Search {
    std::string_view Symbol;
    std::vector<ObjectRange> Found;
  } Context{Symbol, {}};
  dl_iterate_phdr(
      [](dl_phdr_info *Object, size_t, void *Data) {
        auto &S = *static_cast<Search *>(Data);
        if (asksFor(*Object, S.Symbol))
          for (unsigned I = 0; I < Object->dlpi_phnum; ++I)
            if (Object->dlpi_phdr[I].p_type == PT_DYNAMIC)
              S.Found.push_back(objectAt(reinterpret_cast<const void *>(
                  Object->dlpi_addr + Object->dlpi_phdr[I].p_vaddr)));
        return 0;
      },
      &Context);
  return std::move(Context.Found);
}

std::vector<ObjectRange> relocatedConstants() {
  std::vector<ObjectRange> Result;
  dl_iterate_phdr(
      [](dl_phdr_info *Object, size_t, void *Data) {
        for (unsigned I = 0; I < Object->dlpi_phnum; ++I)
          if (const ElfW(Phdr) &Part = Object->dlpi_phdr[I];
              Part.p_type == PT_GNU_RELRO) {
            auto *Begin = reinterpret_cast<const char *>(Object->dlpi_addr +
                                                         Part.p_vaddr);
            static_cast<std::vector<ObjectRange> *>(Data)->push_back(
                {Begin, Begin + Part.p_memsz});
          }
        return 0;
      },
      &Result);
  return Result;
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
