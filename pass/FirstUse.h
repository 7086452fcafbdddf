// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Variables of a Nim module that were born after the program was linked get
// their first value when they are used first, on the thread that does it: a
// reload runs on a thread that Nim's memory manager does not know.
#ifndef HCR_PASS_FIRSTUSE_H
#define HCR_PASS_FIRSTUSE_H

#include "Options.h"
#include "llvm/IR/Module.h"

namespace hcr {

/// Guards the functions of an image that use such variables; before anything
/// is classified, so that what it adds are functions and variables like all
/// others. For `X` (its name ends in BornLaterMark):
///
///     @X.ran = i64 0       ; 0: not yet, 1: done, else the thread that does it
///     define i1 @X.first_use() {         ; true: an exception was raised
///       …take X.ran from 0 to pthread_self(), or wait until it is 1…
///       call @X.initialise()             ; cut out of Init000
///       X.ran = 1 }
///     define @f() {                      ; uses X, here or in another module
///       if (X.ran != 1 && X.first_use()) return 0;
///       … }
///
/// In a wholly new module (Options::IsNewModule) Init000 as a whole is run
/// so, by each function of the module and by X.first_use. Reports a variable
/// whose initialiser cannot be cut out as an error.
void initialiseAtFirstUse(llvm::Module &M, const Options &Opts);

} // namespace hcr

#endif
