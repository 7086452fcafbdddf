// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
unsigned far(unsigned X) { return X * 3 + 1; }
