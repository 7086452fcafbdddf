// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ImageLinker.h"
#include "Files.h"
#include "Report.h"
#include "llvm/ADT/SmallString.h"
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
      Answers[Row[0].str()] = Row[1].str();
  });
}

StringRef ImageLinker::versionScript() {
  return "{\n"
         "  global: HcrInit000; HcrCreateTypeInfos; DatInit000; Init000;\n"
         "          HcrGetImportedModules; HcrGetSigHash; _ZTI*; _ZTS*;\n"
         // Operators new and delete: the program's or the library's come
         // first, so memory goes back to where it came from.
         "          _Znwm*; _Znam*; _ZdlPv*; _ZdaPv*;\n"
         "  local: *;\n"
         "};\n";
}

static bool choosesTarget(StringRef Argument) {
  return Argument.starts_with("--target=") || Argument == "-m32" ||
         Argument == "-m64" || Argument == "-mx32";
}

// What this compiler answers, for this target, to a question about itself.
std::string ImageLinker::answer(const CompileRecord &Record,
                                StringRef Question) {
  Command Ask = {Record.Compiler};
  copy_if(Record.Arguments, std::back_inserter(Ask), choosesTarget);
  Ask.push_back(Question.str());
  std::string Key = shellQuoted(Ask);
  if (auto I = Answers.find(Key); I != Answers.end())
    return I->second;
  std::string Text;
  if (Expected<Finished> Answer = runCaptured(Ask, "", false)) {
    if (Answer->Code == 0)
      Text = StringRef(Answer->Output).trim().str();
  } else {
    consumeError(Answer.takeError());
  }
  std::replace(Text.begin(), Text.end(), '\n', ' '); // one line in the file
  Answers[Key] = Text;
  std::string Lines;
  for (const auto &[Asked, Told] : Answers)
    Lines += Asked + "\t" + Told + "\n";
  if (!CacheFile.empty())
    consumeError(replaceFile(CacheFile, Lines)); // asked again next time
  return Text;
}

// Functions that clang calls but the C library does not have (__udivti3):
// libgcc.a or compiler-rt, whichever this compiler uses.
std::string ImageLinker::builtins(const CompileRecord &Record) {
  std::string Archive = answer(Record, "--print-libgcc-file-name");
  return sys::fs::exists(Archive) ? Archive : "";
}

// Without the libraries that a function is in, a reference to it has no
// version, and the dynamic linker takes the oldest that there is: glibc keeps
// a pthread_cond_wait() of 2002, for another pthread_cond_t.
std::vector<std::string> ImageLinker::libraries(const CompileRecord &Record) {
  std::vector<std::string> Paths;
  StringRef Directories;
  std::string Told = answer(Record, "--print-search-dirs");
  if (size_t At = Told.find("libraries: ="); At != std::string::npos)
    Directories = StringRef(Told).drop_front(At + strlen("libraries: ="));
  SmallVector<StringRef> Split;
  Directories.split(Split, ':', -1, /*KeepEmpty=*/false);
  for (const std::string &Library : Libraries) {
    if (sys::path::is_absolute(Library)) {
      Paths.push_back(Library);
      continue;
    }
    for (StringRef Directory : Split) {
      SmallString<256> Path(Directory);
      sys::path::append(Path, Library);
      if (!sys::fs::exists(Path))
        continue;
      Paths.push_back(std::string(Path));
      break;
    }
  }
  return Paths;
}

Command ImageLinker::command(const CompileRecord &Record,
                             const std::string &Object,
                             const std::string &Extra,
                             const std::string &Script,
                             const std::string &Output) {
  Command Words = {
      Path, "-shared", "--eh-frame-hdr", "--build-id=none", "--hash-style=gnu",
      "-z", "noexecstack",
      // None: the loader would keep its address, also of images
      // that are gone, where hcr_collect() looks for addresses.
      "-e", sys::path::filename(Path).contains("mold") ? "__ehdr_start" : "0",
      "--version-script=" + Script, "-o", Output, Object};
  if (is_contained(Record.Arguments, "-m32"))
    Words.insert(Words.begin() + 1, {"-m", "elf_i386"});
  if (!Extra.empty())
    Words.push_back(Extra);
  if (std::string Archive = builtins(Record); !Archive.empty())
    Words.push_back(Archive);
  append_range(Words, libraries(Record));
  return Words;
}

} // namespace hcr
