// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Declares every call of hcr-abi/RuntimeCalls.def as exported.
#ifndef HCR_CAPI_EXPORTS_H
#define HCR_CAPI_EXPORTS_H

#include <hcr-abi/Tables.h>
#include <hcr/hcr.h>

extern "C" {
#define HCR_RUNTIME_CALL(Name, Result, Parameters)                             \
  HCR_API Result Name Parameters;
#include <hcr-abi/RuntimeCalls.def>
}

namespace hcr {

/// What HcrInit000 gets: the address of a runtime call, null if unknown.
void *getRuntimeProc(void *Handle, const char *Name);

} // namespace hcr

#endif
