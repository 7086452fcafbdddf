// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Values of plain variables as they were when a reload took effect.
#ifndef HCR_CORE_SNAPSHOT_H
#define HCR_CORE_SNAPSHOT_H

#include "../sys/Library.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hcr {

struct Runtime;
struct GlobalSymbol;

/// Plain: of a type that the clang plugin told, which holds numbers,
/// enumerations, and records, unions and arrays of them; without a destructor.
/// What has a pointer in it is not plain: what it pointed to may be gone.
bool isPlain(const GlobalSymbol &S);

class Snapshot {
public:
  Snapshot() = default;
  ~Snapshot();
  Snapshot(const Snapshot &) = delete;
  Snapshot &operator=(const Snapshot &) = delete;

  /// Copies the plain variables of the program; R.Lock is held. False: there
  /// was no memory for it, and nothing was copied.
  bool take(Runtime &R);
  /// Puts the values back. In a signal handler.
  void restore() const;
  /// The program closed an object with variables.
  void forget(const sys::ObjectRange &Object);
  size_t count() const { return Places.size(); }

private:
  struct Place {
    void *Storage;
    size_t Size, At;
  };
  std::vector<Place> Places;
  char *Copies = nullptr;
  size_t Size = 0;
};

} // namespace hcr

#endif
