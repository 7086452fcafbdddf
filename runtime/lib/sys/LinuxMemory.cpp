// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Memory.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace hcr::sys {

static constexpr uintptr_t PageSize = 4096;

Mappings::Mappings()
    : Descriptor(::open("/proc/self/maps", O_RDONLY | O_CLOEXEC)) {}

Mappings::~Mappings() {
  if (Descriptor >= 0)
    close(Descriptor);
}

void Mappings::restart() {
  lseek(Descriptor, 0, SEEK_SET);
  At = Size = 0;
}

int Mappings::readCharacter() {
  if (At == Size) {
    ssize_t Got = read(Descriptor, Buffer, sizeof(Buffer));
    if (Got <= 0)
      return -1;
    Size = static_cast<size_t>(Got);
    At = 0;
  }
  return static_cast<unsigned char>(Buffer[At++]);
}

/// Hexadecimal, as the kernel writes it.
uintptr_t Mappings::readNumber(char &Behind) {
  uintptr_t Value = 0;
  for (;;) {
    int C = readCharacter();
    bool IsDigit = C >= '0' && C <= '9';
    if (!IsDigit && !(C >= 'a' && C <= 'f')) {
      Behind = static_cast<char>(C);
      return Value;
    }
    Value =
        Value << 4 | static_cast<uintptr_t>(IsDigit ? C - '0' : C - 'a' + 10);
  }
}

// 7f1c2a000000-7f1c2a021000 rw-p 00000000 00:00 0      [heap]
bool Mappings::next(Mapping &Out) {
  char Behind = 0;
  Out.Begin = readNumber(Behind);
  if (Behind != '-')
    return false;
  Out.End = readNumber(Behind);
  Out.Reads = readCharacter() == 'r';
  Out.Writes = readCharacter() == 'w';
  Out.Executes = readCharacter() == 'x';
  for (int C = 0; C != '\n';)
    if ((C = readCharacter()) < 0)
      return false;
  return true;
}

int WritablePages::open(const std::vector<void **> &Places) {
  if (Places.empty())
    return 0;
  std::vector<Mapping> All;
  Mappings Walk;
  if (!Walk)
    return errno;
  for (Mapping M; Walk.next(M);)
    All.push_back(M);
  for (void **Place : Places) {
    auto Address = reinterpret_cast<uintptr_t>(Place);
    auto *Page = reinterpret_cast<char *>(Address & ~(PageSize - 1));
    if (std::find(Pages.begin(), Pages.end(), Page) != Pages.end())
      continue;
    auto Of = std::find_if(All.begin(), All.end(), [&](const Mapping &M) {
      return Address >= M.Begin && Address < M.End;
    });
    if (Of != All.end() && Of->Writes)
      continue;
    int Failed = Of == All.end() ? EFAULT : Of->Executes ? EACCES : 0;
    if (!Failed && mprotect(Page, PageSize, PROT_READ | PROT_WRITE))
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
  for (char *Page : Pages)
    mprotect(Page, PageSize, PROT_READ);
  Pages.clear();
}

void storeReadOnly(void **Place, void *Value) {
  auto Address = reinterpret_cast<uintptr_t>(Place);
  auto *Page = reinterpret_cast<void *>(Address & ~(PageSize - 1));
  Mapping M;
  if (!mappingAt(Address, M) ||
      (!M.Writes && mprotect(Page, PageSize, PROT_READ | PROT_WRITE)))
    return;
  __atomic_store_n(Place, Value, __ATOMIC_RELEASE);
  if (!M.Writes)
    mprotect(Page, PageSize, PROT_READ);
}

bool mappingAt(uintptr_t Address, Mapping &Out) {
  Mappings Walk;
  while (Walk && Walk.next(Out))
    if (Address >= Out.Begin && Address < Out.End)
      return true;
  return false;
}

MemoryReader::MemoryReader()
    : Memory(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC)),
      PageMap(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)) {}

MemoryReader::~MemoryReader() {
  if (Memory >= 0)
    close(Memory);
  if (PageMap >= 0)
    close(PageMap);
}

uintptr_t MemoryReader::skipAbsent(uintptr_t &Begin, uintptr_t End) {
  constexpr uint64_t Present = UINT64_C(3) << 62; // in memory or swapped out
  uint64_t Entries[PieceSize / PageSize];
  uintptr_t At = Begin & ~(PageSize - 1);
  bool Started = false;
  while (At < End) {
    size_t Wanted = std::min<size_t>((End - At + PageSize - 1) / PageSize,
                                     PieceSize / PageSize);
    ssize_t Got = pread(PageMap, Entries, Wanted * sizeof(uint64_t),
                        static_cast<off_t>(At / PageSize * sizeof(uint64_t)));
    if (Got <= 0)
      return End; // no answer: look at all of it
    for (size_t I = 0; I < static_cast<size_t>(Got) / sizeof(uint64_t);
         ++I, At += PageSize) {
      bool IsThere = Entries[I] & Present;
      if (!Started && IsThere) {
        Started = true;
        Begin = std::max(Begin, At);
      } else if (Started && !IsThere) {
        return At;
      }
      if (Started && At + PageSize - Begin >= PieceSize)
        return std::min(At + PageSize, End);
    }
  }
  if (!Started)
    Begin = End;
  return End;
}

size_t MemoryReader::read(uintptr_t &Begin, uintptr_t End, uintptr_t *Words) {
  End = std::min(skipAbsent(Begin, End), End);
  size_t Size = std::min<size_t>(End - Begin, PieceSize) & ~size_t(7);
  if (!Size) {
    Begin = End;
    return 0;
  }
  ssize_t Got = pread(Memory, Words, Size, static_cast<off_t>(Begin));
  if (Got <= 0) { // behind the end of a file; go on with the next page
    Begin = (Begin & ~(PageSize - 1)) + PageSize;
    return 0;
  }
  Begin += static_cast<uintptr_t>(Got);
  return static_cast<size_t>(Got) / sizeof(uintptr_t);
}

} // namespace hcr::sys
