// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which process had this source compiled?
#ifndef HCR_UTILS_GENERATOR_H
#define HCR_UTILS_GENERATOR_H

#include "../common/GeneratorRecord.h"

namespace hcr {

// The nearest of our ancestors that is a generator; between it and us there may
// be shells, launchers and ccache, above it nimble, koch or make. Nothing if
// there is none: somebody compiles what a generator left behind. The record's
// module is left empty.
std::optional<GeneratorRecord> findGenerator();

} // namespace hcr
#endif
