// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Memory.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <sys/mman.h>
#include <unistd.h>

namespace hcr::sys {

namespace {
struct Mapping {
  uintptr_t Begin, End;
  bool Writes, Executes;
};
} // namespace

static std::vector<Mapping> readMappings() {
  std::vector<Mapping> Result;
  FILE *Maps = fopen("/proc/self/maps", "re");
  if (!Maps)
    return Result;
  char Line[512];
  bool StartsLine = true;
  while (fgets(Line, sizeof(Line), Maps)) {
    unsigned long Begin, End;
    char Rights[5];
    if (StartsLine && sscanf(Line, "%lx-%lx %4s", &Begin, &End, Rights) == 3)
      Result.push_back({Begin, End, Rights[1] == 'w', Rights[2] == 'x'});
    // A long path goes on in the next piece.
    StartsLine =
        std::find(Line, Line + sizeof(Line), '\n') != Line + sizeof(Line);
  }
  fclose(Maps);
  return Result;
}

int WritablePages::open(const std::vector<void **> &Places) {
  if (Places.empty())
    return 0;
  std::vector<Mapping> All = readMappings();
  if (All.empty())
    return errno ? errno : EIO;
  auto Size = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (void **Place : Places) {
    auto Address = reinterpret_cast<uintptr_t>(Place);
    auto *Page = reinterpret_cast<char *>(Address & ~(Size - 1));
    if (std::find(Pages.begin(), Pages.end(), Page) != Pages.end())
      continue;
    auto Of = std::find_if(All.begin(), All.end(), [&](const Mapping &M) {
      return Address >= M.Begin && Address < M.End;
    });
    if (Of != All.end() && Of->Writes)
      continue;
    int Failed = Of == All.end() ? EFAULT : Of->Executes ? EACCES : 0;
    if (!Failed && mprotect(Page, Size, PROT_READ | PROT_WRITE))
      Failed = errno;
    if (Failed) {
      close();
      return Failed;
    }
    Pages.push_back(Page);
  }
  return 0;
}

void WritablePages::close() {
  auto Size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  for (char *Page : Pages)
    mprotect(Page, Size, PROT_READ);
  Pages.clear();
}

} // namespace hcr::sys
