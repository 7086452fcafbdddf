// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The binding is half a byte of the symbol's entry, so the copy differs in
// these bytes only: no section moves, nothing has to be laid out again.
#include "WeakReferences.h"
#include "Files.h"
#include "Report.h"
#include "llvm/Object/ELFObjectFile.h"

using namespace llvm;
using namespace llvm::object;

namespace hcr {

template <class ELFT>
static Expected<bool> weaken(const ELFFile<ELFT> &File, std::string &Bytes,
                             const StringSet<> &Names) {
  bool Any = false;
  auto Sections = File.sections();
  if (!Sections)
    return Sections.takeError();
  for (const auto &Section : *Sections) {
    if (Section.sh_type != ELF::SHT_SYMTAB)
      continue;
    auto Strings = File.getStringTableForSymtab(Section);
    auto Symbols = File.symbols(&Section);
    if (!Strings)
      return Strings.takeError();
    if (!Symbols)
      return Symbols.takeError();
    for (const auto &Symbol : *Symbols) {
      Expected<StringRef> Name = Symbol.getName(*Strings);
      if (!Name)
        return Name.takeError();
      if (!Symbol.isUndefined() || Symbol.getBinding() != ELF::STB_GLOBAL ||
          !Names.contains(*Name))
        continue;
      auto *Entry = reinterpret_cast<const char *>(&Symbol);
      size_t At = Entry - reinterpret_cast<const char *>(File.base());
      auto New = Symbol;
      New.setBinding(ELF::STB_WEAK);
      std::memcpy(&Bytes[At], &New, sizeof(New));
      Any = true;
    }
  }
  return Any;
}

Expected<bool> weakenReferences(const std::string &Object,
                                const std::string &Copy,
                                const StringSet<> &Names) {
  auto File = ObjectFile::createObjectFile(Object);
  if (!File)
    return failure("cannot read object '" + Object +
                   "': " + toString(File.takeError()));
  std::string Bytes = File->getBinary()->getData().str();
  Expected<bool> Done = false;
  if (auto *Elf = dyn_cast<ELF64LEObjectFile>(File->getBinary()))
    Done = weaken(Elf->getELFFile(), Bytes, Names);
  else if (auto *Elf = dyn_cast<ELF32LEObjectFile>(File->getBinary()))
    Done = weaken(Elf->getELFFile(), Bytes, Names);
  if (!Done)
    return failure("cannot read the symbols of '" + Object +
                   "': " + toString(Done.takeError()));
  if (*Done)
    if (Error E = replaceFile(Copy, Bytes))
      return std::move(E);
  return *Done;
}

} // namespace hcr
