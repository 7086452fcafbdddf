// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Modules.h"

namespace hcr {

std::string notLoadedAgain(const Module &M) {
  return M.Name + " crashed and was rolled back; it is loaded again when it "
                  "changes";
}

/// What was made last is removed first, so the search starts at the end.
template <class T>
static void removeLast(std::vector<std::unique_ptr<T>> &From, T *Which) {
  for (size_t I = From.size(); I-- > 0;)
    if (From[I].get() == Which) {
      From.erase(From.begin() + static_cast<ptrdiff_t>(I));
      return;
    }
}

Image *Modules::makeImage() {
  return Images.emplace_back(std::make_unique<Image>()).get();
}

void Modules::removeImage(Image *I) { removeLast(Images, I); }

Version *Modules::makeVersion() {
  return Versions.emplace_back(std::make_unique<Version>()).get();
}

void Modules::removeVersion(Version *V) { removeLast(Versions, V); }

void Modules::removeVersionsOf(Image *I) {
  std::erase_if(Versions, [I](const auto &V) { return V->In == I; });
}

Module *Modules::find(std::string_view Name) {
  auto Found = ByName.find(Name);
  return Found == ByName.end() ? nullptr : Found->second;
}

Module *Modules::findOrMake(std::string_view Name) {
  if (Module *M = find(Name))
    return M;
  Module *M = All.emplace_back(std::make_unique<Module>()).get();
  M->Name = Name;
  M->Host = program();
  ByName.emplace(M->Name, M);
  return M;
}

} // namespace hcr
