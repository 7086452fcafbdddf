// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Calls user code so that nothing it throws passes the runtime, which has no
// exceptions itself and must give back what it holds.
#ifndef HCR_ARCH_GUARD_H
#define HCR_ARCH_GUARD_H

namespace hcr::arch {

/// Calls Function(Context). False if it threw; the exception is then finished
/// by the C++ library that the program uses. Forced unwinding (pthread_exit)
/// passes.
bool callGuarded(void (*Function)(void *), void *Context);

} // namespace hcr::arch

#endif
