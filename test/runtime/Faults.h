// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Makes the N-th system call or allocation of the runtime fail.
//
// Only the test program is linked so: `-Wl,--wrap=open` sends what sys/ and
// core/ call `open` to __wrap_open here (Faults.def lists them), and operator
// new is this program's. libhcr.so has no hook that could cost something.
#ifndef HCR_TEST_RUNTIME_FAULTS_H
#define HCR_TEST_RUNTIME_FAULTS_H

#include <string>

namespace faults {

enum Kind { Calls, Allocations };

/// On this thread the N-th (from 1) one of a kind fails from now on; with
/// AndAllAfter each one behind it, too.
void arm(Kind K, int N, bool AndAllAfter = false);
/// Back to normal. What failed, by name; empty if nothing did.
std::string disarm();

} // namespace faults

#endif
