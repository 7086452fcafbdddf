// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Discovery.h"
#include "../../pass/NamesFormat.h"
#include "../common/ClangArguments.h"
#include "Report.h"
#include "hcr-abi/Tables.h"
#include "clang/Driver/Options.h"
#include "clang/Tooling/JSONCompilationDatabase.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace llvm::object;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace hcr {

//===-- One ELF file ------------------------------------------------------===//

namespace {
// Reads what lies at virtual addresses of a linked image.
class AddressReader {
public:
  explicit AddressReader(const ObjectFile &File) {
    for (const SectionRef &Section : File.sections())
      if (Section.getAddress() && !Section.isVirtual()) {
        if (Expected<StringRef> Contents = Section.getContents())
          Ranges.emplace(Section.getAddress(), *Contents);
        else
          consumeError(Contents.takeError());
      }
  }
  // The bytes from an address to the end of its section.
  StringRef at(uint64_t Address) const {
    auto I = Ranges.upper_bound(Address);
    if (I == Ranges.begin())
      return "";
    --I;
    return Address - I->first < I->second.size()
               ? I->second.drop_front(Address - I->first)
               : StringRef();
  }
  std::string text(uint64_t Address) const {
    return at(Address).split('\0').first.str();
  }

private:
  std::map<uint64_t, StringRef> Ranges;
};
} // namespace

static std::vector<ImageContents::Module> readTables(const ObjectFile &File,
                                                     const SectionRef &Section,
                                                     StringRef Contents) {
  std::vector<ImageContents::Module> Result;
  AddressReader Reader(File);
  for (uint64_t Offset = 0;
       Offset + sizeof(HcrModuleTable) <= Contents.size();) {
    HcrModuleTable Table;
    std::memcpy(&Table, Contents.data() + Offset, sizeof(Table));
    if (Table.Magic != HCR_ABI_MAGIC || Table.Size < sizeof(Table))
      break;
    uint64_t Address = Section.getAddress() + Offset;
    auto Text = [&](size_t Field, HcrRel Distance) {
      return Distance ? Reader.text(Address + Field + int64_t(Distance)) : "";
    };
    Result.push_back({Text(offsetof(HcrModuleTable, Name), Table.Name),
                      Text(offsetof(HcrModuleTable, Root), Table.Root),
                      Table.Flags & HCR_MODULE_TYPED   ? "clang plugin"
                      : Table.Flags & HCR_MODULE_DEBUG ? "debug information"
                                                       : "none"});
    Offset += Table.Size;
  }
  return Result;
}

static void readRecords(StringRef Contents, ImageContents &Image) {
  while (!Contents.empty()) {
    auto [Text, Rest] = Contents.split('\0');
    Contents = Rest;
    if (Text.consume_front(RecordPrefix)) {
      if (std::optional<CompileRecord> R = CompileRecord::parse(Text))
        Image.Records.push_back(std::move(*R));
    } else if (Text.consume_front(NamesPrefix)) {
      auto [Module, Lines] = Text.split(NamesSeparator);
      Image.Names[Module.str()] = parseSymbols(Lines, NamesSeparator);
    } else if (Text.consume_front(GeneratorPrefix)) {
      if (std::optional<GeneratorRecord> R = GeneratorRecord::parse(Text))
        Image.Generators.push_back(std::move(*R));
    }
  }
}

template <class ELFT>
static void readDynamic(const ELFObjectFile<ELFT> &File, StringRef Path,
                        ImageContents &Image) {
  auto Entries = File.getELFFile().dynamicEntries();
  if (!Entries) {
    consumeError(Entries.takeError());
    return;
  }
  AddressReader Reader(File);
  uint64_t Strings = 0;
  for (const auto &Entry : *Entries)
    if (Entry.getTag() == ELF::DT_STRTAB)
      Strings = Entry.getPtr();
  for (const auto &Entry : *Entries) {
    if (Entry.getTag() == ELF::DT_NEEDED)
      Image.Needed.push_back(Reader.text(Strings + Entry.getVal()));
    if (Entry.getTag() != ELF::DT_RUNPATH && Entry.getTag() != ELF::DT_RPATH)
      continue;
    std::string List = Reader.text(Strings + Entry.getVal());
    SmallVector<StringRef> Directories;
    StringRef(List).split(Directories, ':', -1, /*KeepEmpty=*/false);
    for (StringRef Directory : Directories) {
      std::string Filled = Directory.str();
      for (StringRef Origin : {"${ORIGIN}", "$ORIGIN"})
        if (size_t At = Filled.find(Origin.str()); At != std::string::npos)
          Filled.replace(At, Origin.size(), path::parent_path(Path).str());
      Image.SearchPaths.push_back(Filled);
    }
  }
}

Expected<ImageContents> readImage(const std::string &Path) {
  auto Buffer = MemoryBuffer::getFile(Path, false, false);
  if (!Buffer)
    return failure("cannot read '" + Path +
                   "': " + Buffer.getError().message());
  auto File = ObjectFile::createELFObjectFile((*Buffer)->getMemBufferRef(),
                                              /*InitContent=*/false);
  if (!File) {
    consumeError(File.takeError());
    StringRef Start = (*Buffer)->getBuffer();
    return failure("'" + Path + "' is not an ELF program" +
                   (Start.starts_with("#!")
                        ? "; it is a script (libtool keeps the "
                          "program itself in .libs/)"
                        : ""));
  }
  ImageContents Image;
  for (const SectionRef &Section : (*File)->sections()) {
    Expected<StringRef> Name = Section.getName();
    Expected<StringRef> Contents = Section.getContents();
    if (!Name || !Contents) {
      consumeError(Name.takeError());
      consumeError(Contents.takeError());
      continue;
    }
    if (*Name == HCR_MODULES_SECTION)
      Image.Modules = readTables(**File, Section, *Contents);
    else if (*Name == ".GCC.command.line")
      readRecords(*Contents, Image);
  }
  if (auto *Elf = dyn_cast<ELF64LEObjectFile>(File->get()))
    readDynamic(*Elf, Path, Image);
  else if (auto *Elf = dyn_cast<ELF32LEObjectFile>(File->get()))
    readDynamic(*Elf, Path, Image);
  return std::move(Image);
}

//===-- compile_commands.json ---------------------------------------------===//

static std::string realSource(StringRef Directory, StringRef File) {
  SmallString<256> Path(File), Real;
  fs::make_absolute(Directory, Path);
  return std::string(fs::real_path(Path, Real) ? Path : Real);
}

static CompileRecord recordOf(const clang::tooling::CompileCommand &Command) {
  std::vector<const char *> Words;
  for (const std::string &Word : drop_begin(Command.CommandLine))
    Words.push_back(Word.c_str());
  erase_if(Words, [](const char *Word) {
    return StringRef(Word).starts_with("--hcr-");
  });
  StringRef Compiler = path::filename(Command.CommandLine.front());
  ClangArguments Arguments(Words);
  Input Source;
  Source.Path = Command.Filename;
  for (const Input &I : Arguments.inputs())
    if (I.Kind == InputKind::Source &&
        realSource(Command.Directory, I.Path) ==
            realSource(Command.Directory, Command.Filename))
      Source = I;
  CompileRecord R;
  R.Directory = Command.Directory;
  R.Source = Source.Path;
  // The pass needs clang 19, whatever name the build gave it.
  R.Compiler = HCR_CLANG;
  R.Arguments = Arguments.recordArguments(Source, Compiler.contains("++"));
  R.Module = Arguments.passOption("-hcr-module");
  R.Root = Arguments.passOption("-hcr-root");
  return R;
}

// The nearest compile_commands.json at or above the program.
static std::string nearestDatabase(StringRef Program) {
  for (StringRef Directory = path::parent_path(Program); !Directory.empty();
       Directory = path::parent_path(Directory)) {
    SmallString<256> File(Directory);
    path::append(File, "compile_commands.json");
    if (fs::exists(File))
      return std::string(File);
  }
  return "";
}

static std::unique_ptr<clang::tooling::JSONCompilationDatabase>
loadDatabase(StringRef Path) {
  std::string Message;
  return clang::tooling::JSONCompilationDatabase::loadFromFile(
      Path, Message, clang::tooling::JSONCommandLineSyntax::AutoDetect);
}

std::optional<CompileRecord> recordFromCommands(StringRef Database,
                                                StringRef SourcePath) {
  if (Database.empty())
    return std::nullopt;
  auto Commands = loadDatabase(Database);
  if (!Commands)
    return std::nullopt;
  auto Found = Commands->getCompileCommands(SourcePath);
  if (Found.empty())
    return std::nullopt;
  return recordOf(Found.front());
}

// Gives modules without a record the command whose file is root + name.
static Error addCommands(std::map<std::string, std::string> &Missing,
                         Modules &Found) {
  auto Database = loadDatabase(Found.CompileCommands);
  if (!Database)
    return failure("cannot read '" + Found.CompileCommands +
                   "' as a compilation database");
  std::map<std::string, std::string> ByPath; // source -> module
  for (const auto &[Module, Root] : Missing)
    ByPath.emplace(realSource(Root, Module), Module);
  for (const auto &Command : Database->getAllCompileCommands()) {
    auto I = ByPath.find(realSource(Command.Directory, Command.Filename));
    if (I == ByPath.end() || !Missing.count(I->second))
      continue;
    CompileRecord R = recordOf(Command);
    R.Module = I->second;
    R.Root = Missing[R.Module];
    Found.Known.emplace(R.Module, std::move(R));
    Missing.erase(I->second);
  }
  return Error::success();
}

//===-- The whole program -------------------------------------------------===//

// Where the dynamic linker would find a library that is part of the project;
// system directories are not searched.
static std::string findLibrary(StringRef Name, const ImageContents &Of) {
  if (Name.contains('/'))
    return fs::exists(Name) ? Name.str() : "";
  SmallVector<StringRef> Directories(Of.SearchPaths.begin(),
                                     Of.SearchPaths.end());
  if (const char *Path = std::getenv("LD_LIBRARY_PATH"))
    StringRef(Path).split(Directories, ':', -1, /*KeepEmpty=*/false);
  for (StringRef Directory : Directories) {
    SmallString<256> Path(Directory);
    path::append(Path, Name);
    if (fs::exists(Path))
      return std::string(Path);
  }
  return "";
}

static bool isRuntime(StringRef Library) {
  return path::filename(Library).starts_with("libhcr.so") ||
         path::filename(Library).starts_with("libnimhcr.so");
}

std::vector<std::string> librariesOf(const ImageContents &Image) {
  std::vector<std::string> Result;
  for (const std::string &Name : Image.Needed) {
    // A path would become part of the image and depend on where it runs.
    if (isRuntime(Name) || StringRef(Name).contains('/'))
      continue;
    std::string Path = findLibrary(Name, Image);
    if (Path.empty()) {
      Result.push_back(Name);
      continue;
    }
    Expected<ImageContents> Library = readImage(Path);
    if (Library && Library->Modules.empty())
      Result.push_back(Path);
    consumeError(Library.takeError());
  }
  return Result;
}

// Module images that stand for modules the executable does not have: those of
// `hcr link`, and of sources that were added later.
static std::vector<std::string> imagesBeside(const Program &P) {
  std::vector<std::string> Result;
  for (StringRef File : {"imports", "journal"}) {
    auto Text = readFile(P.file(File));
    if (!Text) {
      consumeError(Text.takeError());
      continue;
    }
    SmallVector<StringRef> Lines;
    StringRef(*Text).split(Lines, '\n', -1, /*KeepEmpty=*/false);
    for (StringRef Line : Lines) {
      StringRef Module;
      if (File == "imports")
        Module = Line.split(": ").first.rtrim(':');
      else if (Line.consume_front("image "))
        Module = Line.split(' ').second.split(' ').second;
      if (!Module.empty())
        Result.push_back(Module.str());
    }
  }
  return Result;
}

namespace {
class Finder {
public:
  Finder(const Program &P, const DiscoveryOptions &Options)
      : P(P), Options(Options) {}
  Expected<Modules> find();

private:
  Error addImage(const std::string &Path);
  void addImagesBeside();

  const Program &P;
  const DiscoveryOptions &Options;
  Modules Found;
  std::map<std::string, std::string> Missing; // module -> root
  StringSet<> Seen;
  bool HasRuntime = false;
};
} // namespace

Error Finder::addImage(const std::string &Path) {
  if (!Seen.insert(Path).second)
    return Error::success();
  Expected<ImageContents> Image = readImage(Path);
  if (!Image)
    return Image.takeError();
  for (CompileRecord &R : Image->Records)
    Found.Known.emplace(R.Module, std::move(R));
  Found.Names.merge(Image->Names);
  for (GeneratorRecord &R : Image->Generators)
    Found.Generators.emplace(R.Module, std::move(R));
  for (ImageContents::Module &M : Image->Modules)
    Found.Types.emplace(M.Name, M.Types);
  for (ImageContents::Module &M : Image->Modules)
    if (!M.Name.empty() && !Found.Known.count(M.Name))
      Missing.emplace(M.Name, M.Root);
  for (std::string &Library : librariesOf(*Image))
    if (!is_contained(Found.Libraries, Library))
      Found.Libraries.push_back(std::move(Library));
  for (const std::string &Name : Image->Needed) {
    HasRuntime |= isRuntime(Name);
    std::string Library = isRuntime(Name) ? "" : findLibrary(Name, *Image);
    if (!Library.empty())
      if (Error E = addImage(Library))
        return E;
  }
  return Error::success();
}

void Finder::addImagesBeside() {
  for (const std::string &Module : imagesBeside(P)) {
    if (Found.Known.count(Module))
      continue;
    if (Expected<ImageContents> Image = readImage(P.image(Module))) {
      for (CompileRecord &R : Image->Records)
        Found.Known.emplace(R.Module, std::move(R));
    } else {
      consumeError(Image.takeError()); // the runtime speaks of damaged images
    }
  }
}

Expected<Modules> Finder::find() {
  if (Error E = addImage(P.Path))
    return std::move(E);
  for (const std::string &Library : Options.Images)
    if (Error E = addImage(Library))
      return std::move(E);
  addImagesBeside();
  if (Found.Known.empty() && Missing.empty())
    return failure("'" + P.Path +
                   "' has no HCR modules; build it with hcr-cc or hcr-c++");
  if (Options.NeedsRuntime && !HasRuntime)
    return failure("'" + P.Path +
                   "' is not linked with libhcr.so; link it with hcr-cc or "
                   "hcr-c++, or add -lhcr");
  Found.CompileCommands = nearestDatabase(P.Path);
  if (!Options.CompileCommands.empty())
    Found.CompileCommands = Options.CompileCommands + "/compile_commands.json";
  if (!Found.CompileCommands.empty() &&
      (!Missing.empty() || !Options.CompileCommands.empty()))
    if (Error E = addCommands(Missing, Found))
      return std::move(E);
  for (const auto &[Module, Root] : Missing)
    Found.WithoutCommand.push_back(Module);
  return std::move(Found);
}

bool Modules::areInNim() const {
  return any_of(Known, [](const auto &Each) {
    return isGeneratedByNim(Each.second.Source);
  });
}

bool Modules::areInNimsCpp() const {
  return any_of(Known,
                [](const auto &Each) { return isNimsCpp(Each.second.Source); });
}

Expected<Modules> findModules(const Program &P,
                              const DiscoveryOptions &Options) {
  return Finder(P, Options).find();
}

} // namespace hcr
