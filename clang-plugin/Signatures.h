// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HCR_PLUGIN_SIGNATURES_H
#define HCR_PLUGIN_SIGNATURES_H

#include "TypeLayouts.h"

namespace clang {
class FunctionDecl;
} // namespace clang

namespace hcr {

/// What two declarations of one C function must agree on, as a number: result
/// and parameters by canonical type, so that typedefs do not count and
/// `struct A *` is not `struct B *`; of records passed by value also their
/// layout. 0 for `int f();`, which agrees with any.
///
/// C and C++ give the same number for the same function: tags count without
/// their namespaces, numbers by size and sign (`wchar_t` is a type in one and
/// a typedef in the other), references as pointers. A record without a tag
/// goes by the typedef that names it.
uint64_t signatureOf(const clang::FunctionDecl &F, TypeLayouts &Layouts);

} // namespace hcr

#endif
