// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_ARCH_REGISTERS_H
#define HCR_ARCH_REGISTERS_H

#include <cstdint>

namespace hcr::arch {

/// The registers that a function must keep for its caller.
struct SavedRegisters {
  uintptr_t Values[6];
};

extern "C" void hcrArchSaveRegisters(SavedRegisters *Out);

} // namespace hcr::arch

#endif
