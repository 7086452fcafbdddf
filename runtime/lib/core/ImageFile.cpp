// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ImageFile.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <elf.h>
#include <vector>

namespace hcr {

namespace {

#if defined(__x86_64__)
constexpr uint16_t Machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t Machine = EM_AARCH64;
#endif

class Checker {
public:
  Checker(const void *Data, size_t Size)
      : Data(static_cast<const uint8_t *>(Data)), Size(Size) {}
  Error check();
  std::vector<Content> content();
  std::vector<FunctionSymbol> functions();

private:
  Error checkHeader();
  Error checkSegments();
  Error checkSections();
  Error checkDynamic();

  bool inFile(uint64_t Offset, uint64_t Bytes) const {
    return Offset <= Size && Bytes <= Size - Offset;
  }
  /// The file offset of a range of addresses that one segment's file content
  /// holds; false when it is not there.
  bool translate(uint64_t Address, uint64_t Bytes, uint64_t &Offset) const;
  template <class T> T read(uint64_t Offset) const {
    T Value;
    memcpy(&Value, Data + Offset, sizeof(T));
    return Value;
  }
  Elf64_Shdr sectionAt(unsigned I) const {
    return read<Elf64_Shdr>(Header.e_shoff + I * sizeof(Elf64_Shdr));
  }
  static Error cut(const char *What) {
    return Error(format("is not whole: its %s reaches behind its end", What));
  }

  const uint8_t *Data;
  size_t Size;
  Elf64_Ehdr Header;
  std::vector<Elf64_Phdr> Segments;
};

Error Checker::checkHeader() {
  if (Size < sizeof(Elf64_Ehdr))
    return Error(
        format("is not whole: %zu bytes are too few for an image", Size));
  Header = read<Elf64_Ehdr>(0);
  if (memcmp(Header.e_ident, ELFMAG, SELFMAG) != 0)
    return Error("is not an ELF file");
  if (Header.e_ident[EI_CLASS] != ELFCLASS64 ||
      Header.e_ident[EI_DATA] != ELFDATA2LSB || Header.e_machine != Machine)
    return Error(format("is for another processor (ELF machine %u, class %u; "
                        "this program has machine %u, class %u)",
                        Header.e_machine, Header.e_ident[EI_CLASS], Machine,
                        ELFCLASS64));
  if (Header.e_type != ET_DYN)
    return Error("is not a shared object; link it with -shared");
  if (Header.e_ident[EI_VERSION] != EV_CURRENT ||
      Header.e_phentsize != sizeof(Elf64_Phdr) || !Header.e_phnum ||
      Header.e_phnum == PN_XNUM)
    return Error("has a damaged ELF header");
  return Error();
}

Error Checker::checkSegments() {
  if (!inFile(Header.e_phoff, Header.e_phnum * sizeof(Elf64_Phdr)))
    return cut("program header table");
  bool HasLoad = false;
  for (unsigned I = 0; I < Header.e_phnum; ++I) {
    auto S = read<Elf64_Phdr>(Header.e_phoff + I * sizeof(Elf64_Phdr));
    Segments.push_back(S);
    bool HasContent = S.p_type != PT_NULL && S.p_type != PT_GNU_STACK;
    if (HasContent && !inFile(S.p_offset, S.p_filesz))
      return cut("segment content");
    if (S.p_type != PT_LOAD)
      continue;
    HasLoad = true;
    constexpr uint64_t Highest = UINT64_C(1) << 46;
    bool Sane = S.p_filesz <= S.p_memsz && S.p_memsz < Highest &&
                S.p_vaddr < Highest && S.p_align < Highest &&
                (S.p_align & (S.p_align - 1)) == 0 &&
                (S.p_align <= 1 || (S.p_vaddr - S.p_offset) % S.p_align == 0);
    if (!Sane)
      return Error("has a damaged program header table");
    if ((S.p_flags & PF_W) && (S.p_flags & PF_X))
      return Error("has a segment that is writable and executable");
  }
  return HasLoad ? Error() : Error("has nothing to load");
}

Error Checker::checkSections() {
  if (!Header.e_shoff)
    return Error(); // stripped of its section headers, which is legal
  if (Header.e_shentsize != sizeof(Elf64_Shdr) || !Header.e_shnum)
    return Error("has a damaged ELF header");
  if (!inFile(Header.e_shoff, Header.e_shnum * sizeof(Elf64_Shdr)))
    return cut("section header table");
  for (unsigned I = 0; I < Header.e_shnum; ++I) {
    auto S = sectionAt(I);
    if (S.sh_type != SHT_NULL && S.sh_type != SHT_NOBITS &&
        !inFile(S.sh_offset, S.sh_size))
      return cut("section content");
  }
  return Error();
}

bool Checker::translate(uint64_t Address, uint64_t Bytes,
                        uint64_t &Offset) const {
  for (const Elf64_Phdr &S : Segments) {
    if (S.p_type != PT_LOAD || Address < S.p_vaddr)
      continue;
    uint64_t Inside = Address - S.p_vaddr;
    if (Inside <= S.p_filesz && Bytes <= S.p_filesz - Inside) {
      Offset = S.p_offset + Inside;
      return true;
    }
  }
  return false;
}

/// What the loader reads through PT_DYNAMIC: names, symbols, hash table and
/// relocations, each proved to lie in loaded file content.
Error Checker::checkDynamic() {
  const Error Damaged("has a damaged dynamic section");
  const Elf64_Phdr *Dynamic = nullptr;
  for (const Elf64_Phdr &S : Segments)
    if (S.p_type == PT_DYNAMIC)
      Dynamic = &S;
  uint64_t Offset;
  if (!Dynamic || !translate(Dynamic->p_vaddr, Dynamic->p_filesz, Offset) ||
      Offset != Dynamic->p_offset)
    return Damaged;

  uint64_t Value[DT_NUM] = {};
  bool Has[DT_NUM] = {}, Ended = false, HasGnuHash = false;
  uint64_t GnuHash = 0;
  std::vector<uint64_t> Names;
  for (uint64_t At = 0; At + sizeof(Elf64_Dyn) <= Dynamic->p_filesz && !Ended;
       At += sizeof(Elf64_Dyn)) {
    auto Entry = read<Elf64_Dyn>(Offset + At);
    Ended = Entry.d_tag == DT_NULL;
    if (Entry.d_tag == DT_NEEDED || Entry.d_tag == DT_SONAME ||
        Entry.d_tag == DT_RUNPATH || Entry.d_tag == DT_RPATH)
      Names.push_back(Entry.d_un.d_val);
    if (Entry.d_tag > 0 && Entry.d_tag < DT_NUM) {
      Has[Entry.d_tag] = true;
      Value[Entry.d_tag] = Entry.d_un.d_val;
    } else if (Entry.d_tag == DT_GNU_HASH) {
      HasGnuHash = true;
      GnuHash = Entry.d_un.d_ptr;
    }
  }
  if (!Ended || !Has[DT_STRTAB] || !Has[DT_STRSZ] || !Has[DT_SYMTAB] ||
      !(Has[DT_HASH] || HasGnuHash))
    return Damaged;
  if (!translate(Value[DT_STRTAB], Value[DT_STRSZ], Offset) ||
      !Value[DT_STRSZ] || Data[Offset + Value[DT_STRSZ] - 1] != 0 ||
      !translate(Value[DT_SYMTAB], sizeof(Elf64_Sym), Offset) ||
      (Has[DT_HASH] && !translate(Value[DT_HASH], 8, Offset)) ||
      (HasGnuHash && !translate(GnuHash, 16, Offset)) ||
      (Has[DT_RELA] && !translate(Value[DT_RELA], Value[DT_RELASZ], Offset)) ||
      (Has[DT_JMPREL] &&
       !translate(Value[DT_JMPREL], Value[DT_PLTRELSZ], Offset)))
    return Damaged;
  for (uint64_t Name : Names)
    if (Name >= Value[DT_STRSZ])
      return Damaged;
  return Error();
}

Error Checker::check() {
  if (Error E = checkHeader())
    return E;
  if (Error E = checkSegments())
    return E;
  if (Error E = checkSections())
    return E;
  return checkDynamic();
}

std::vector<Content> Checker::content() {
  std::vector<Content> Result;
  Header = read<Elf64_Ehdr>(0);
  if (!Header.e_shoff || Header.e_shstrndx >= Header.e_shnum) {
    for (unsigned I = 0; I < Header.e_phnum; ++I)
      if (auto S = read<Elf64_Phdr>(Header.e_phoff + I * sizeof(Elf64_Phdr));
          S.p_type == PT_LOAD)
        Result.push_back({S.p_vaddr, S.p_memsz});
    return Result;
  }
  Elf64_Shdr Names = sectionAt(Header.e_shstrndx);
  // A section that is said to have nothing in the file has no checked place.
  if (Names.sh_type != SHT_STRTAB)
    Names.sh_size = 0;
  auto IsNamed = [&](const Elf64_Shdr &S, std::string_view Name) {
    return S.sh_name <= Names.sh_size &&
           Names.sh_size - S.sh_name > Name.size() &&
           !memcmp(Data + Names.sh_offset + S.sh_name, Name.data(),
                   Name.size());
  };
  for (unsigned I = 0; I < Header.e_shnum; ++I) {
    Elf64_Shdr S = sectionAt(I);
    bool HasContent = S.sh_type == SHT_PROGBITS || S.sh_type == SHT_NOBITS;
    // `.got` also stands for `.got.plt`, `.eh_frame` for its index.
    if (HasContent && (S.sh_flags & SHF_ALLOC) && !(S.sh_flags & SHF_TLS) &&
        S.sh_size && !IsNamed(S, ".got") && !IsNamed(S, ".eh_frame") &&
        !IsNamed(S, ".interp"))
      Result.push_back({S.sh_addr, S.sh_size});
  }
  return Result;
}

std::vector<FunctionSymbol> Checker::functions() {
  std::vector<FunctionSymbol> Result;
  if (Size < sizeof(Elf64_Ehdr))
    return Result;
  Header = read<Elf64_Ehdr>(0);
  if (memcmp(Header.e_ident, ELFMAG, SELFMAG) != 0 ||
      Header.e_ident[EI_CLASS] != ELFCLASS64 || checkSections())
    return Result;
  Elf64_Shdr Symbols = {};
  for (unsigned I = 0; Header.e_shoff && I < Header.e_shnum; ++I)
    if (Elf64_Shdr S = sectionAt(I);
        S.sh_type == SHT_SYMTAB ||
        (S.sh_type == SHT_DYNSYM && !Symbols.sh_type))
      Symbols = S;
  if (!Symbols.sh_type || Symbols.sh_link >= Header.e_shnum)
    return Result;
  Elf64_Shdr Names = sectionAt(Symbols.sh_link);
  if (Names.sh_type != SHT_STRTAB || !Names.sh_size ||
      Data[Names.sh_offset + Names.sh_size - 1])
    return Result;
  auto *Text = reinterpret_cast<const char *>(Data + Names.sh_offset);
  for (uint64_t At = 0; At + sizeof(Elf64_Sym) <= Symbols.sh_size;
       At += sizeof(Elf64_Sym)) {
    auto S = read<Elf64_Sym>(Symbols.sh_offset + At);
    if (ELF64_ST_TYPE(S.st_info) == STT_FUNC && S.st_shndx != SHN_UNDEF &&
        S.st_name < Names.sh_size)
      Result.push_back({S.st_value, S.st_size, Text + S.st_name});
  }
  std::sort(Result.begin(), Result.end(),
            [](const FunctionSymbol &A, const FunctionSymbol &B) {
              return A.Address < B.Address;
            });
  return Result;
}

} // namespace

std::vector<FunctionSymbol> functionsOf(const void *Data, size_t Size) {
  return Checker(Data, Size).functions();
}

bool isAtFixedAddress(const void *Data, size_t Size) {
  Elf64_Ehdr Header = {};
  if (Size >= sizeof(Header))
    memcpy(&Header, Data, sizeof(Header));
  return Header.e_type == ET_EXEC;
}

uint64_t entryPointOf(const void *Data) {
  Elf64_Ehdr Header;
  memcpy(&Header, Data, sizeof(Header));
  return Header.e_entry;
}

std::vector<Content> contentOf(const void *Data, size_t Size) {
  return Checker(Data, Size).content();
}

Error checkImageFile(const void *Data, size_t Size) {
  return Checker(Data, Size).check();
}

} // namespace hcr
