// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_CORE_RELOAD_H
#define HCR_CORE_RELOAD_H

#include "ActiveCode.h"
#include "Collect.h"

namespace hcr {

/// Takes in every image that is newer than what is loaded, as one transaction.
/// Force also loads images of equal content again.
/// Reinit: names of variables that get their initial values again; their
/// modules are loaded again for it.
/// StackTop: where the frames of the program begin on this thread's stack;
/// null: there are none.
Report reload(Runtime &R, bool Force,
              const std::vector<std::string> &Reinit = {},
              const void *StackTop = nullptr);

/// Calls of functions that are gone, since somebody asked last.
std::vector<std::string> takeLateNotes(Runtime &R);

/// collect(), when it is this thread's turn.
Collected collectRetired(Runtime &R);

/// activityOfChanged(), when it is this thread's turn.
Activity askActivity(Runtime &R, const void *StackTop);

/// Adds modules, those that others use first: the start of a program that is
/// made of module images, or hcrAddModule. Main: the tables of the module that
/// the executable holds, if it is to be bound together with them.
Report addModules(Runtime &R, const std::vector<std::string> &Modules,
                  Range<HcrModuleTable> Main = {nullptr, 0});

} // namespace hcr

#endif
