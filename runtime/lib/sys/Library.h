// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shared objects: opening, closing, looking up, and pages for stubs.
#ifndef HCR_SYS_LIBRARY_H
#define HCR_SYS_LIBRARY_H

#include <cstddef>
#include <string>

namespace hcr::sys {

/// Opens a shared object with all of its symbols bound, its own symbols kept
/// to itself. Null: Why says what the loader said.
void *openLibrary(const std::string &Path, std::string &Why);
void closeLibrary(void *Handle);
void *findSymbol(void *Handle, const char *Name);

/// The start of the loaded object that Address lies in; null when there is
/// none (any more). Touches no memory of the object itself.
const void *objectAt(const void *Address);

/// Zeroed pages, readable and writable; null if there are none.
void *allocatePages(size_t Size);
void releasePages(void *Pages, size_t Size);
/// From writable to executable, once and for ever.
bool makeExecutable(void *Pages, size_t Size);

} // namespace hcr::sys

#endif
