// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shared objects: opening, closing, looking up, and pages for stubs.
#ifndef HCR_SYS_LIBRARY_H
#define HCR_SYS_LIBRARY_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hcr::sys {

/// Opens a shared object with all of its symbols bound, its own symbols kept
/// to itself. Null: Why says what the loader said.
void *openLibrary(const std::string &Path, std::string &Why);
/// A library that is loaded already, by the name that it was asked for or has;
/// null if it is not. It stays loaded.
void *loadedLibrary(const char *Name);
void closeLibrary(void *Handle);
void *findSymbol(void *Handle, const char *Name);

/// Where a loaded object lies.
struct ObjectRange {
  const char *Begin = nullptr, *End = nullptr;
  bool operator==(const ObjectRange &) const = default;
  bool holds(const void *Address) const {
    auto *At = static_cast<const char *>(Address);
    return At >= Begin && At < End;
  }
};

/// The loaded object that Address lies in; empty when there is none (any
/// more). Touches no memory of the object itself.
ObjectRange objectAt(const void *Address);
ObjectRange objectOf(void *Handle);
/// The file of a loaded object; empty when there is none.
std::string objectPath(const ObjectRange &Object);
/// A part of a loaded object that can be read.
struct Segment : ObjectRange {
  bool Writes = false, Executes = false;
};
/// Those of the object that an address lies in.
std::vector<Segment> segmentsAt(const void *Address);
std::vector<Segment> segmentsOf(void *Handle);
/// Where the loader keeps what it knows of an object.
const void *loaderRecordOf(void *Handle);

/// The loaded objects that ask the dynamic linker for Symbol.
std::vector<ObjectRange> objectsAskingFor(const char *Symbol);

/// What the loader made read-only after it had filled in addresses (RELRO), of
/// each loaded object.
std::vector<ObjectRange> relocatedConstants();

/// Zeroed pages, readable and writable; null if there are none.
void *allocatePages(size_t Size);
void releasePages(void *Pages, size_t Size);
/// From writable to executable, once and for ever.
bool makeExecutable(void *Pages, size_t Size);

} // namespace hcr::sys

#endif
