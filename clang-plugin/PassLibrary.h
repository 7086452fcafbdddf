// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The plugin brings the pass along, so that one flag is enough.
#ifndef HCR_PLUGIN_PASSLIBRARY_H
#define HCR_PLUGIN_PASSLIBRARY_H

namespace clang {
class CompilerInstance;
} // namespace clang

namespace hcr {

/// Makes \p CI run libHcrPass.so, unless a flag has asked for it already. An
/// error is reported if it is not there.
void runPass(clang::CompilerInstance &CI);

} // namespace hcr

#endif
