// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What Nim calls things, from what they are called in the C that it generates.
#ifndef HCR_UTILS_NIMNAMES_H
#define HCR_UTILS_NIMNAMES_H

#include "llvm/ADT/StringRef.h"
#include <string>

namespace hcr {

// The module that a C file of Nim's was made of, relative to the project's
// directory: ../lib/util.nim of `@m..@slib@sutil.nim.c`. Empty: of none.
std::string nimSourceOf(llvm::StringRef Output);

// Text for people with C's names in it, with Nim's instead:
//
//   nc/@mlib@sextra.nim.c                        lib/extra.nim
//   tick__app_25.v3e3c21                         tick
//   X5BX5Deq___app_108                           []=
//   tyObject_FoocolonObjectType___zpZEv1nGYpGg   Foo
//   atmappdotnim_Init000                         top-level code
//
// Words that are none of these stay as they are.
std::string inNim(llvm::StringRef Text);

} // namespace hcr
#endif
