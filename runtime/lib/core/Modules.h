// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Images, modules and their versions.
#ifndef HCR_CORE_MODULES_H
#define HCR_CORE_MODULES_H

#include "Symbols.h"

#include <hcr-abi/Tables.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace hcr {

struct Module;

/// What a distance field of a table points to; null for 0.
template <class T = void> T *follow(const HcrRel &Field) {
  if (!Field)
    return nullptr;
  auto Address = reinterpret_cast<uintptr_t>(&Field);
  return reinterpret_cast<T *>(Address + static_cast<intptr_t>(Field));
}

template <class T> struct Range {
  const T *Begin_;
  size_t Count;
  const T *begin() const { return Begin_; }
  const T *end() const { return Begin_ + Count; }
  size_t size() const { return Count; }
  const T &operator[](size_t I) const { return Begin_[I]; }
};

template <class T> Range<T> array(const HcrRel &Field, uint32_t Count) {
  const T *First = follow<const T>(Field);
  return {First, First ? Count : 0};
}
inline Range<HcrProc> procsOf(const HcrModuleTable &T) {
  return array<HcrProc>(T.Procs, T.ProcCount);
}
inline Range<HcrProcImport> procImportsOf(const HcrModuleTable &T) {
  return array<HcrProcImport>(T.ProcImports, T.ProcImportCount);
}
inline Range<HcrGlobal> globalsOf(const HcrModuleTable &T) {
  return array<HcrGlobal>(T.Globals, T.GlobalCount);
}
inline Range<HcrGlobalImport> globalImportsOf(const HcrModuleTable &T) {
  return array<HcrGlobalImport>(T.GlobalImports, T.GlobalImportCount);
}
inline Range<HcrField> fieldsOf(const HcrType &T) {
  return array<HcrField>(T.Fields, T.FieldCount);
}
inline Range<HcrUsedType> usedTypesOf(const HcrModuleTable &T) {
  return array<HcrUsedType>(T.UsedTypes, T.UsedTypeCount);
}
inline Range<HcrUse> usesOf(const HcrModuleTable &T) {
  return array<HcrUse>(T.Uses, T.UseCount);
}
inline std::string_view nameOf(const HcrRel &Field) {
  const char *Name = follow<const char>(Field);
  return Name ? Name : "";
}
inline Cell cellOf(const HcrRel &Field) { return follow<void *>(Field); }

/// A loaded object that holds modules. Never deleted while anything of it may
/// be in use, which is: never, once it took part in a generation.
struct Image {
  std::string Path;       // of the private copy; empty for a host image
  void *Handle = nullptr; // of the loader; null for a host image
  uint64_t Hash = 0;      // of the file's content
  uint64_t Size = 0;
  intptr_t Generation = 0;    // when it was loaded
  uint32_t Live = 0;          // module versions in it that are current
  bool Pinned = false;        // owns thread-locals
  bool IsFormer = false;      // what a crash of the newest code goes back to
  void *ExitHandle = nullptr; // of destructors that go with a host image
  std::vector<Range<HcrModuleTable>> Tables;
};

/// One version of a module: what an image says about it, resolved.
struct Version {
  Module *Of = nullptr;
  Image *In = nullptr;
  const HcrModuleTable *Table = nullptr; // null: an image without tables
  void (*CreateTypeInfos)(void) = nullptr;
  void (*DatInit)(void) = nullptr;
  void (*Init)(void) = nullptr;
  const char *const *Imports = nullptr;
  intptr_t Generation = 0;
  /// Linked into the program: it is never replaced as a whole, its slots and
  /// entries stay in use for ever.
  bool Permanent = false;
  bool Bound = false;
  // Parallel to the arrays of the table; empty for host bindings, whose
  // symbols are looked up when needed. A null import has the dynamic linker's
  // answer.
  std::vector<ProcSymbol *> Procs, ProcImports;
  std::vector<GlobalSymbol *> Globals, GlobalImports;
  /// Thread-locals that the image imports and the dynamic linker does not know.
  std::vector<const HcrProcImport *> NotLinked;
  std::vector<bool> Lived; // per global: it had a value before this version

  bool isHost() const { return Table && !(Table->Flags & HCR_MODULE_BINDING); }
};

struct Module {
  std::string Name;
  Image *Host = nullptr;  // whose hidden symbols it sees
  bool InProgram = false; // linked into the program or a library of it
  Version *Current = nullptr;
  Version *Next = nullptr; // staged
  unsigned Mark = 0;       // of the last walk over the graph
  /// The image that crashed and was taken back: not loaded again.
  uint64_t BadSize = 0, BadHash = 0;
};

std::string notLoadedAgain(const Module &M);

/// Everything that is loaded.
class Modules {
public:
  Modules() { Images.push_back(std::make_unique<Image>()); }
  /// The executable: new modules belong to it.
  Image *program() { return Images.front().get(); }
  Image *makeImage();
  void removeImage(Image *I);
  Module *find(std::string_view Name);
  Module *findOrMake(std::string_view Name);
  Version *makeVersion();
  void removeVersion(Version *V);
  void removeVersionsOf(Image *I);
  template <class Function> void forEachVersion(Function F) const {
    for (const auto &V : Versions)
      F(*V);
  }
  unsigned nextMark() { return ++LastMark; }

  std::vector<std::unique_ptr<Image>> Images;
  std::vector<std::unique_ptr<Module>> All;

private:
  std::vector<std::unique_ptr<Version>> Versions;
  std::unordered_map<std::string_view, Module *> ByName;
  unsigned LastMark = 0;
};

} // namespace hcr

#endif
