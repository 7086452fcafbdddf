// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Diagnostics.h"

using namespace clang;

namespace hcr {

DiagnosticBuilder report(DiagnosticsEngine &Diagnostics, SourceLocation Where,
                         Diag D) {
  switch (D) {
#define HCR_DIAGNOSTIC(Identifier, Level, Text)                                \
  case Diag::Identifier:                                                       \
    return Diagnostics.Report(                                                 \
        Where, Diagnostics.getCustomDiagID(DiagnosticsEngine::Level, Text));
#include "Diagnostics.def"
  }
  llvm_unreachable("an entry of Diagnostics.def");
}

} // namespace hcr
