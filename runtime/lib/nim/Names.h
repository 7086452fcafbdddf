// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a C name of Nim's compiler says about identity.
//
//   tick__b_31___DGDdD0YBbCZ8n2UOAIZ0Gg_2system
//   |       |    |                      | |
//   |       |    hash of the type       | module that has a copy (inline procs)
//   |       running number              conflict number
//   name and module
//
// The running number counts every symbol of the module, so a new local variable
// renames all that follow; the conflict number depends on what else a module
// uses. Neither says what the symbol is: the key is the name without both.
#ifndef HCR_NIM_NAMES_H
#define HCR_NIM_NAMES_H

#include <cstdint>
#include <string>
#include <string_view>

namespace hcr::nim {

struct Name {
  std::string Key;
  uint32_t Counter = 0; // 0: the name has none
};

/// Out is reused, so that a program's thousands of names cost no allocations.
void parse(std::string_view Raw, Name &Out);

/// Storage of type infos' nodes (`TM__…`), named by how many the module needed
/// so far: each version has its own.
bool isNodeStorage(std::string_view Raw);

/// What the source calls it: `b.tick`.
std::string sourceName(std::string_view Key);

/// Of the type that a type info is for, as the compiler has it (lower case):
/// `NTInode58objecttype__h37B…_` is `node`. Empty: it is no type info.
std::string_view typeName(std::string_view Raw);

/// Of a module, from the path of its shared object: `lib@mb.nim.c.so` is `b`,
/// `lib@mgame@splayer.nim.c.so` is `game/player`.
std::string moduleName(std::string_view Path);

} // namespace hcr::nim

#endif
