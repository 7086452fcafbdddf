// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The memory of the process itself: what may be written, what is there.
#ifndef HCR_SYS_MEMORY_H
#define HCR_SYS_MEMORY_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hcr::sys {

/// Read-only pages that are writable for a moment.
class WritablePages {
public:
  WritablePages() = default;
  ~WritablePages() { close(); }
  WritablePages(const WritablePages &) = delete;
  WritablePages &operator=(const WritablePages &) = delete;

  /// Makes the pages of these places writable, where they are not. Returns
  /// errno, and then changes nothing; EACCES for a page of code.
  int open(const std::vector<void **> &Places);
  /// As they were before.
  void close();

private:
  std::vector<char *> Pages;
};

/// Stores into a word of a page that was read-only and is so again afterwards;
/// if it cannot be made writable, nothing. In a signal handler, too.
void storeReadOnly(void **Place, void *Value);

struct Mapping {
  uintptr_t Begin, End;
  bool Reads, Writes, Executes;
};

/// Walks through the mappings of the process. Allocates nothing, so it can be
/// used while threads are held.
class Mappings {
public:
  Mappings();
  ~Mappings();
  Mappings(const Mappings &) = delete;
  Mappings &operator=(const Mappings &) = delete;

  explicit operator bool() const { return Descriptor >= 0; }
  /// False at the end.
  bool next(Mapping &Out);
  void restart();

private:
  int readCharacter();
  uintptr_t readNumber(char &Behind);

  int Descriptor;
  size_t At = 0, Size = 0;
  char Buffer[4096];
};

/// The mapping that an address lies in; false: none, or nobody can see.
bool mappingAt(uintptr_t Address, Mapping &Out);

/// Reads memory that may not be there: pages that nobody has touched are left
/// alone, a file mapped beyond its end is an error and not a SIGBUS.
class MemoryReader {
public:
  MemoryReader();
  ~MemoryReader();
  MemoryReader(const MemoryReader &) = delete;
  MemoryReader &operator=(const MemoryReader &) = delete;

  explicit operator bool() const { return Memory >= 0 && PageMap >= 0; }
  static constexpr size_t PieceSize = 256 * 1024; // bytes, whole pages

  /// Copies the words of [Begin, End) that are there, at most PieceSize bytes.
  /// Begin is moved behind what was looked at. Returns how many words Words
  /// has; they are those in front of Begin.
  size_t read(uintptr_t &Begin, uintptr_t End, uintptr_t *Words);

private:
  /// Moves Begin to the next page that is there; returns where those end.
  uintptr_t skipAbsent(uintptr_t &Begin, uintptr_t End);

  int Memory, PageMap;
};

} // namespace hcr::sys

#endif
