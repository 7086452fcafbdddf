// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "images.h"
#include "paths.h"

#include <cstdio>
#include <cstring>

namespace soak {

static bool readFile(const std::string &Path, std::string &Bytes) {
  FILE *File = fopen(Path.c_str(), "re");
  if (!File)
    return false;
  char Buffer[65536];
  for (size_t Got; (Got = fread(Buffer, 1, sizeof Buffer, File)) > 0;)
    Bytes.append(Buffer, Got);
  fclose(File);
  return true;
}

bool Images::load(const std::string &Set, const std::string &To,
                  const std::vector<std::string> &Modules) {
  Directory = To;
  Names = Modules;
  for (const std::string &Module : Modules) {
    std::vector<Image> Edits;
    for (unsigned Edit = 0;; ++Edit) {
      Image I;
      if (!readFile(Set + "/" + Module + "." + std::to_string(Edit), I.Bytes))
        break;
      uint64_t Mark = Unstamped;
      std::string Text(reinterpret_cast<const char *>(&Mark), sizeof Mark);
      for (size_t At = 0; (At = I.Bytes.find(Text, At)) != std::string::npos;
           ++At)
        I.Stamps.push_back(At);
      if (I.Stamps.empty()) {
        fprintf(stderr, "soak: no place for the number in %s.%u\n",
                Module.c_str(), Edit);
        return false;
      }
      Edits.push_back(std::move(I));
    }
    if (Edits.size() < 2 || (!All.empty() && Edits.size() != All[0].size())) {
      fprintf(stderr, "soak: images of %s are missing\n", Module.c_str());
      return false;
    }
    All.push_back(std::move(Edits));
  }
  return true;
}

bool Images::write(unsigned Module, unsigned Edit, uint64_t Number,
                   const std::string &Name) {
  Image &I = All[Module][Edit];
  for (size_t At : I.Stamps)
    memcpy(I.Bytes.data() + At, &Number, sizeof Number);
  FILE *File = fopen(Name.c_str(), "we");
  if (!File)
    return false;
  bool Whole =
      fwrite(I.Bytes.data(), 1, I.Bytes.size(), File) == I.Bytes.size();
  return !fclose(File) && Whole;
}

bool Images::put(unsigned Module, unsigned Edit, uint64_t Number) {
  std::string Aside = Directory + "/aside";
  return write(Module, Edit, Number, Aside) &&
         !rename(Aside.c_str(),
                 (Directory + "/" + Names[Module] + ".so").c_str());
}

bool Images::pretend(unsigned Module, unsigned Edit, uint64_t Number) {
  return write(Module, Edit, Number, Directory + "/aside");
}

} // namespace soak
