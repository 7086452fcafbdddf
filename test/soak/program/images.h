// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The builder's side: images that were compiled before the run, each put in
// place with a number of its own.
#ifndef HCR_SOAK_IMAGES_H
#define HCR_SOAK_IMAGES_H

#include <cstdint>
#include <string>
#include <vector>

namespace soak {

class Images {
public:
  /// \p Set holds `<module>.<edit>`; \p To is PROGRAM.hcr.
  bool load(const std::string &Set, const std::string &To,
            const std::vector<std::string> &Modules);
  unsigned edits() const { return static_cast<unsigned>(All.front().size()); }
  /// Puts the image of an edit in place as reload \p Number, aside and renamed.
  bool put(unsigned Module, unsigned Edit, uint64_t Number);
  /// The same work, but nobody finds the result.
  bool pretend(unsigned Module, unsigned Edit, uint64_t Number);

private:
  bool write(unsigned Module, unsigned Edit, uint64_t Number,
             const std::string &Name);
  struct Image {
    std::string Bytes;
    std::vector<size_t> Stamps; // where the number stands
  };
  std::string Directory;
  std::vector<std::string> Names;
  std::vector<std::vector<Image>> All; // by module and edit
};

} // namespace soak

#endif
