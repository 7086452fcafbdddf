// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How the clang plugin tells the pass what IR does not say.
//
// Facts are text in one constant per translation unit, which carries the
// annotation FactsMark. A variable is tied to its type by an annotation of its
// own, TypeMark and the type's key, because C gives static variables of
// functions no name that the plugin could know. So is a variable to its place
// in the order of dynamic initialisers (DynamicMark), which says what the code
// of an initialiser need not: whose it is. The pass reads these and takes them
// out, so objects never hold them. As part of the IR they survive
// -save-temps, -emit-llvm and whatever else lies between the two.
//
// Lines, numbers in hexadecimal, the name last because it may hold spaces:
//
//   S NAME                                  declared in a system header
//   F SIGNATURE NAME                        canonical signature of a C function
//   T KEY KIND SIZE ALIGN ENCODING LAYOUT NAME   a type (HcrType)
//   f OFFSET SIZE COUNT FLAGS KEY NAME      the next part of the T above
//   N KIND NAME TYPE CONTENT                a definition (NamesFormat.h)
//   U LAYOUT SIZE LENGTH IRNAME NAME        a record that code can know
//                                           (HcrUsedType); LENGTH of IRNAME
#ifndef HCR_PASS_FACTSFORMAT_H
#define HCR_PASS_FACTSFORMAT_H

namespace hcr {
constexpr const char FactsMark[] = "hcr.facts";
constexpr const char TypeMark[] = "hcr.type:";
constexpr const char DynamicMark[] = "hcr.dynamic:";
} // namespace hcr

#endif
