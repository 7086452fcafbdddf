// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An open file of a moment; for the sources of sys/ only.
#ifndef HCR_SYS_DESCRIPTOR_H
#define HCR_SYS_DESCRIPTOR_H

#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace hcr::sys {

/// Closes on every way out. Descriptors never survive an exec of the program.
class Descriptor {
public:
  Descriptor() : Number(-1) {}
  Descriptor(const char *Path, int Flags, mode_t Mode = 0)
      : Number(open(Path, Flags | O_CLOEXEC, Mode)) {}
  Descriptor(int Directory, const char *Name, int Flags)
      : Number(openat(Directory, Name, Flags | O_CLOEXEC)) {}
  Descriptor(Descriptor &&Other) : Number(std::exchange(Other.Number, -1)) {}
  Descriptor &operator=(Descriptor &&Other) {
    std::swap(Number, Other.Number);
    return *this;
  }
  ~Descriptor() {
    if (Number >= 0)
      close(Number);
  }
  explicit operator bool() const { return Number >= 0; }
  int get() const { return Number; }

private:
  int Number;
};

} // namespace hcr::sys

#endif
