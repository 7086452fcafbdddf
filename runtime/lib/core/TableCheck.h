// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Do the tables of an image stay inside the image?
//
// Every reference in them is a distance that somebody computed. A bit that
// tipped over on the disk, or a tool that wrote nonsense, must be a refusal and
// not a crash, so each reference is followed once, by this, before anything
// else reads the tables. One pass over rows that are read anyway afterwards.
#ifndef HCR_CORE_TABLECHECK_H
#define HCR_CORE_TABLECHECK_H

#include "../sys/Library.h"
#include "Error.h"
#include "Modules.h"

namespace hcr {

/// What is wrong, as the end of a sentence: "has a function without a name".
Error checkTables(const Range<HcrModuleTable> &Tables,
                  const std::vector<sys::Segment> &Segments);

/// What T.State leads to, null if that is no place in the image; for the
/// moment in which an image registers, before it is checked as a whole.
uint32_t *stateOf(const HcrModuleTable &T,
                  const std::vector<sys::Segment> &Segments);

} // namespace hcr

#endif
