// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CompileRecord.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
namespace path = llvm::sys::path;
namespace fs = llvm::sys::fs;

namespace hcr {

bool isModuleName(StringRef Name) {
  constexpr size_t Longest = 4096; // no path is longer
  if (Name.size() > Longest)
    return false;
  SmallVector<StringRef, 8> Parts;
  Name.split(Parts, '/');
  return all_of(Parts,
                [](StringRef Part) {
                  return !Part.empty() && Part != "." && Part != "..";
                }) &&
         none_of(Name, [](char C) { return uint8_t(C) < 0x20 || C == 0x7f; });
}

std::string recordText(ArrayRef<StringRef> Fields,
                       ArrayRef<std::string> Arguments) {
  std::vector<StringRef> All(Fields);
  All.insert(All.end(), Arguments.begin(), Arguments.end());
  return join(All, StringRef(&RecordSeparator, 1));
}

std::string CompileRecord::text() const {
  return recordText({Module, Root, Directory, Source, Compiler}, Arguments);
}

std::optional<CompileRecord> CompileRecord::parse(StringRef Text) {
  SmallVector<StringRef, 64> Fields;
  Text.split(Fields, RecordSeparator);
  if (Fields.size() < 5 || !isModuleName(Fields[0]) || Fields[3].empty())
    return std::nullopt;
  CompileRecord R;
  R.Module = Fields[0];
  R.Root = Fields[1];
  R.Directory = Fields[2];
  R.Source = Fields[3];
  R.Compiler = Fields[4];
  R.Arguments.assign(Fields.begin() + 5, Fields.end());
  return R;
}

std::string CompileRecord::sourcePath() const {
  SmallString<256> Path(Source);
  fs::make_absolute(Directory, Path);
  path::remove_dots(Path, /*remove_dot_dot=*/false);
  return std::string(Path);
}

// Directories are compared by their real names: a build may see the same tree
// through a symbolic link in one place and not in another. The file's own
// name stays, so that linked sources are modules of their own.
static std::string realDirectory(StringRef Path) {
  SmallString<256> Real;
  if (fs::real_path(Path, Real))
    return Path.str();
  return std::string(Real);
}

static std::string nearestWith(StringRef Directory, StringRef Marker) {
  for (; !Directory.empty(); Directory = path::parent_path(Directory)) {
    SmallString<256> File(Directory);
    path::append(File, Marker);
    if (fs::exists(File))
      return Directory.str();
  }
  return "";
}

static bool isBelow(StringRef Path, StringRef Root) {
  return Root == "/" || (Path.starts_with(Root) && Path.size() > Root.size() &&
                         Path[Root.size()] == '/');
}

ModulePlace placeModule(StringRef Source, StringRef Directory,
                        StringRef GivenRoot) {
  SmallString<256> File(Source);
  fs::make_absolute(Directory, File);
  SmallString<256> Path(realDirectory(path::parent_path(File)));
  std::string Parent(Path);
  path::append(Path, path::filename(File));

  std::string Root;
  if (!GivenRoot.empty()) {
    SmallString<256> Given(GivenRoot);
    fs::make_absolute(Directory, Given);
    Root = realDirectory(Given);
  }
  if (Root.empty())
    Root = nearestWith(Parent, ".hcr-root");
  if (Root.empty())
    Root = nearestWith(Parent, ".git");
  if (Root.empty())
    Root = realDirectory(Directory);
  if (!isBelow(Path, Root))
    Root = "/";
  StringRef Module = StringRef(Path).drop_front(Root.size());
  return {Root, Module.ltrim('/').str()};
}

} // namespace hcr
