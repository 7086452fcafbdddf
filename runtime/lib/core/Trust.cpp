// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Trust.h"

namespace hcr {

bool isModuleName(std::string_view Name) {
  constexpr size_t Longest = 4096; // no path is longer
  if (Name.size() > Longest)
    return false;
  for (char C : Name)
    if (static_cast<unsigned char>(C) < 0x20 || C == 0x7f)
      return false;
  for (;;) {
    size_t Slash = Name.find('/');
    std::string_view Part = Name.substr(0, Slash);
    if (Part.empty() || Part == "." || Part == "..")
      return false;
    if (Slash == std::string_view::npos)
      return true;
    Name.remove_prefix(Slash + 1);
  }
}

std::string explain(const sys::Distrust &Bad, unsigned User) {
  const char *Path = Bad.Path.c_str();
  switch (Bad.Why) {
  case sys::Distrust::None:
    break;
  case sys::Distrust::IsLink:
    return format("%s is a symbolic link, which is not followed here; put what "
                  "it leads to in its place",
                  Path);
  case sys::Distrust::OtherOwner:
    return format("%s belongs to user %u, and only files of root and of the "
                  "program's user (%u) are used; remove it and build as that "
                  "user",
                  Path, Bad.Owner, User);
  case sys::Distrust::AllMayWrite:
    return format("%s is open to every user; take that away (chmod o-w) or "
                  "name another directory in HCR_DIR",
                  Path);
  case sys::Distrust::GroupMayWrite:
    return format("%s is open to a group; take that away (chmod g-w) or name "
                  "another directory in HCR_DIR",
                  Path);
  }
  return {};
}

} // namespace hcr
