// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A function whose arguments are of both kinds and of any number.
#ifndef HCR_TEST_CALLS_H
#define HCR_TEST_CALLS_H

#include <cstdarg>

/// Count numbers: int, double, int, ...
inline double sum(int Count, ...) {
  va_list Arguments;
  va_start(Arguments, Count);
  double Total = 0;
  for (int I = 0; I < Count; ++I)
    Total += I % 2 ? va_arg(Arguments, double) : va_arg(Arguments, int);
  va_end(Arguments);
  return Total;
}

#endif
