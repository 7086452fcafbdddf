// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_PLUGIN_DIAGNOSTICS_H
#define HCR_PLUGIN_DIAGNOSTICS_H

#include "clang/Basic/Diagnostic.h"

namespace hcr {

enum class Diag {
#define HCR_DIAGNOSTIC(Identifier, Level, Text) Identifier,
#include "Diagnostics.def"
};

/// Reports \p D at \p Where; `<<` adds the values of %0 and %1.
clang::DiagnosticBuilder report(clang::DiagnosticsEngine &Diagnostics,
                                clang::SourceLocation Where, Diag D);

} // namespace hcr

#endif
