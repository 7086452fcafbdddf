// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Faults.h"

#include "capi/Memory.h"

#include <cerrno>
#include <cstdarg>
#include <dirent.h>
#include <fcntl.h>
#include <new>
#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace faults {

static thread_local int Left[2];
static thread_local bool All[2];
static thread_local const char *Failed;

static bool fails(Kind K, const char *Name) {
  if (!Left[K])
    return false;
  if (Left[K] > 1) {
    --Left[K];
    return false;
  }
  if (!All[K])
    Left[K] = 0;
  if (!Failed)
    Failed = Name;
  return true;
}

void arm(Kind K, int N, bool AndAllAfter) {
  Failed = nullptr;
  All[K] = AndAllAfter;
  Left[K] = N;
}

std::string disarm() {
  Left[Calls] = Left[Allocations] = 0;
  return Failed ? Failed : "";
}

} // namespace faults

using faults::fails;

extern "C" {
#define FAULT(Result, Failure, Errno, Name, Parameters, Arguments)             \
  Result __real_##Name Parameters;                                             \
  Result __wrap_##Name Parameters {                                            \
    if (!fails(faults::Calls, #Name))                                          \
      return __real_##Name Arguments;                                          \
    errno = Errno;                                                             \
    return Failure;                                                            \
  }
#include "Faults.def"

int __real_open(const char *Path, int Flags, ...);
int __wrap_open(const char *Path, int Flags, ...) {
  va_list Rest;
  va_start(Rest, Flags);
  auto Mode = Flags & O_CREAT ? va_arg(Rest, mode_t) : 0;
  va_end(Rest);
  if (!fails(faults::Calls, "open"))
    return __real_open(Path, Flags, Mode);
  errno = EMFILE;
  return -1;
}

int __real_openat(int Directory, const char *Path, int Flags, ...);
int __wrap_openat(int Directory, const char *Path, int Flags, ...) {
  if (!fails(faults::Calls, "openat"))
    return __real_openat(Directory, Path, Flags);
  errno = EMFILE;
  return -1;
}
}

#ifndef HCR_TEST_SANITIZED
// In place of Operators.cpp. That the system has no memory is what the runtime
// finds out by itself when an allocation is served from its reserve.
static void *allocate(size_t Size) {
  return fails(faults::Allocations, "operator new")
             ? hcr::allocateFromReserve(Size)
             : hcr::allocate(Size);
}
void *operator new(size_t Size) { return allocate(Size); }
void *operator new[](size_t Size) { return allocate(Size); }
void operator delete(void *Block) noexcept { hcr::release(Block); }
void operator delete[](void *Block) noexcept { hcr::release(Block); }
void operator delete(void *Block, size_t) noexcept { hcr::release(Block); }
void operator delete[](void *Block, size_t) noexcept { hcr::release(Block); }
#endif
