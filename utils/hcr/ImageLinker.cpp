// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ImageLinker.h"
#include "Files.h"
#include "Report.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

using namespace llvm;

namespace hcr {

Expected<ImageLinker> ImageLinker::find(StringRef Given) {
  StringRef Tools = sys::path::parent_path(HCR_CLANG);
  ImageLinker Linker;
  for (StringRef Name : {"mold", "ld.lld", "ld.lld-19", "ld"}) {
    if (!Given.empty())
      Name = Given;
    ErrorOr<std::string> Found = sys::findProgramByName(Name);
    if (!Found)
      Found = sys::findProgramByName(Name, {Tools});
    if (!Found && !Given.empty())
      Found = sys::findProgramByName(("ld." + Given).str());
    if (Found) {
      Linker.Path = *Found;
      return Linker;
    }
    if (!Given.empty())
      return failure("cannot find linker '" + Given + "'");
  }
  return failure("cannot find a linker; install mold or lld, or name one with "
                 "--linker=PATH");
}

void ImageLinker::useCache(std::string File) {
  CacheFile = std::move(File);
  forEachRow(CacheFile, [&](ArrayRef<StringRef> Row) {
    if (Row.size() == 2)
      Archives[Row[0].str()] = Row[1].str();
  });
}

StringRef ImageLinker::versionScript() {
  return "{\n"
         "  global: HcrInit000; HcrCreateTypeInfos; DatInit000; Init000;\n"
         "          HcrGetImportedModules; HcrGetSigHash; _ZTI*; _ZTS*;\n"
         "  local: *;\n"
         "};\n";
}

static bool choosesTarget(StringRef Argument) {
  return Argument.starts_with("--target=") || Argument == "-m32" ||
         Argument == "-m64" || Argument == "-mx32";
}

// Functions that clang calls but the C library does not have (__udivti3):
// libgcc.a or compiler-rt, whichever this compiler uses.
std::string ImageLinker::builtins(const CompileRecord &Record) {
  Command Ask = {Record.Compiler};
  copy_if(Record.Arguments, std::back_inserter(Ask), choosesTarget);
  Ask.push_back("--print-libgcc-file-name");
  std::string Key = shellQuoted(Ask);
  if (auto I = Archives.find(Key); I != Archives.end())
    return I->second;
  std::string Archive;
  if (Expected<Finished> Answer = runCaptured(Ask, "", false)) {
    Archive = StringRef(Answer->Output).trim().str();
    if (Answer->Code != 0 || !sys::fs::exists(Archive))
      Archive.clear();
  } else {
    consumeError(Answer.takeError());
  }
  Archives[Key] = Archive;
  std::string Text;
  for (const auto &[Asked, Path] : Archives)
    Text += Asked + "\t" + Path + "\n";
  if (!CacheFile.empty())
    consumeError(replaceFile(CacheFile, Text)); // asked again next time
  return Archive;
}

Command ImageLinker::command(const CompileRecord &Record,
                             const std::string &Object,
                             const std::string &Extra,
                             const std::string &Script,
                             const std::string &Output) {
  Command Words = {Path,
                   "-shared",
                   "--eh-frame-hdr",
                   "--build-id=none",
                   "--hash-style=gnu",
                   "-z",
                   "noexecstack",
                   "--version-script=" + Script,
                   "-o",
                   Output,
                   Object};
  if (is_contained(Record.Arguments, "-m32"))
    Words.insert(Words.begin() + 1, {"-m", "elf_i386"});
  if (!Extra.empty())
    Words.push_back(Extra);
  if (std::string Archive = builtins(Record); !Archive.empty())
    Words.push_back(Archive);
  return Words;
}

} // namespace hcr
