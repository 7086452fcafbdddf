// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// hcr link: a program that is made of module images, nimhcr's own shape. The
// executable holds only the module with `main`; libhcr loads the others at
// start, as the import lists say.
#include "Commands.h"
#include "WeakReferences.h"
#include "hcr-abi/Tables.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <unistd.h>

using namespace llvm;
namespace fs = llvm::sys::fs;

namespace hcr {

namespace {
struct LinkObject {
  std::string Given, Path; // Path: what is linked, perhaps a copy
  CompileRecord Record;    // Module is set even if there was no record
  ObjectSymbols Symbols;
  bool HasTable = false, ForModule = false;
  bool defines(StringRef Name) const {
    return is_contained(Symbols.Defines, Name);
  }
};

class ModuleLink {
public:
  ModuleLink(const CommandLine &Line, const Report &Out)
      : Line(Line), Out(Out) {}
  Error run();

private:
  Error readObjects();
  Error readObject(LinkObject &O);
  Error nameByLinking(LinkObject &O);
  Error checkDuplicates() const;
  Error loosen(LinkObject &O, unsigned Number);
  Error linkProgram();
  Error linkImages();
  Error linkImage(const LinkObject &O, const std::string &Output);
  Command programCommand(const std::string &Imports) const;

  const CommandLine &Line;
  const Report &Out;
  std::optional<ImageLinker> Linker;
  std::vector<LinkObject> Modules; // one image each
  std::vector<LinkObject> Others;  // objects without tables
  LinkObject Main;
  std::string Output, Temporary;
  Program P;
  ImportTree Tree;
  std::mutex Mutex;
};
} // namespace

// The flags of an object's table are plain numbers, there before any link.
Error ModuleLink::readObject(LinkObject &O) {
  auto File = object::ObjectFile::createObjectFile(O.Path);
  if (!File)
    return failure("cannot read object '" + O.Path +
                   "': " + toString(File.takeError()) +
                   "; archives and libraries go behind --");
  for (const object::SectionRef &Section : File->getBinary()->sections()) {
    Expected<StringRef> Name = Section.getName();
    Expected<StringRef> Contents = Section.getContents();
    if (Name && Contents && *Name == HCR_MODULES_SECTION &&
        Contents->size() >= sizeof(HcrModuleTable)) {
      HcrModuleTable Table;
      std::memcpy(&Table, Contents->data(), sizeof(Table));
      O.HasTable = Table.Magic == HCR_ABI_MAGIC;
      O.ForModule = Table.Flags & HCR_MODULE_BINDING;
    }
    consumeError(Name.takeError());
    consumeError(Contents.takeError());
  }
  Expected<ObjectSymbols> Symbols = readSymbols(O.Path);
  if (!Symbols)
    return Symbols.takeError();
  O.Symbols = std::move(*Symbols);
  Expected<ImageContents> Image = readImage(O.Path);
  if (!Image)
    return Image.takeError();
  if (!Image->Records.empty())
    O.Record = Image->Records.front();
  return Error::success();
}

// Without a record only the table knows the module's name, and its distances
// are filled in by a link.
Error ModuleLink::nameByLinking(LinkObject &O) {
  std::string Image = Temporary + "/name.so";
  O.Record.Compiler = HCR_CLANG;
  if (Error E = linkImage(O, Image))
    return E;
  Expected<ImageContents> Contents = readImage(Image);
  if (!Contents)
    return Contents.takeError();
  if (Contents->Modules.empty() || Contents->Modules.front().Name.empty())
    return failure("cannot find the module name of '" + O.Given + "'");
  O.Record.Module = Contents->Modules.front().Name;
  return Error::success();
}

Error ModuleLink::readObjects() {
  bool HasMain = false;
  for (const std::string &Path : Line.Operands) {
    LinkObject O;
    O.Given = O.Path = Path;
    if (Error E = readObject(O))
      return E;
    if (!O.HasTable) {
      Others.push_back(std::move(O));
      continue;
    }
    if (!O.ForModule)
      return failure("'" + Path +
                     "' is compiled for an ordinary link; compile "
                     "it with hcr-cc --hcr-binding=module");
    if (O.Record.Module.empty())
      if (Error E = nameByLinking(O))
        return E;
    if (!O.defines("main")) {
      Modules.push_back(std::move(O));
      continue;
    }
    if (HasMain)
      return failure("both '" + Main.Given + "' and '" + Path +
                     "' define main");
    HasMain = true;
    Main = std::move(O);
  }
  if (!HasMain)
    return failure("no object defines main");
  Tree.setMain(Main.Record.Module);
  Tree.set(Main.Record.Module, Main.Symbols);
  for (const LinkObject &O : Modules)
    Tree.set(O.Record.Module, O.Symbols);
  return checkDuplicates();
}

// The linker, which sees one module at a time, would not notice; the runtime
// would refuse the program's start.
Error ModuleLink::checkDuplicates() const {
  StringMap<StringRef> Definer;
  auto Add = [&](const LinkObject &O) -> Error {
    StringSet<> Own;
    for (const std::string &Name : O.Symbols.Defines)
      Own.insert(Name);
    for (StringRef Name : O.Symbols.Defines) {
      StringRef Function = Name; // whose body this is?
      if ((Function.consume_back(HCR_BODY_SUFFIX) ||
           Function.consume_back(HCR_MANGLED_BODY_SUFFIX)) &&
          Own.contains(Function))
        continue;
      if (auto [I, IsNew] = Definer.try_emplace(Name, O.Given); !IsNew)
        return failure("both '" + I->second + "' and '" + O.Given +
                       "' define '" + demangle(Name) +
                       "'; keep one of them, or make one static");
    }
    return Error::success();
  };
  if (Error E = Add(Main))
    return E;
  for (const LinkObject &O : Modules)
    if (Error E = Add(O))
      return E;
  return Error::success();
}

// Objects of the bare flag, made for one link of all of them, refer to other
// modules strongly. Here the runtime fills those references in, so they become
// weak in a copy, as -hcr-image makes them. What comes from libraries stays
// strong: it pulls members of archives.
Error ModuleLink::loosen(LinkObject &O, unsigned Number) {
  std::vector<std::string> Own = Tree.importsOf(O.Record.Module);
  if (Own.empty())
    return Error::success();
  StringSet<> Imported;
  for (const std::string &Name : O.Symbols.Refers)
    if (Tree.isDefined(Name))
      Imported.insert(Name);
  std::string Copy = Temporary + "/loose." + std::to_string(Number) + ".o";
  Expected<bool> Made = weakenReferences(O.Path, Copy, Imported);
  if (!Made)
    return Made.takeError();
  if (*Made)
    O.Path = Copy;
  return Error::success();
}

// Recorded words that the link of a program needs, too.
static bool concernsLink(StringRef Word) {
  return Word.starts_with("-fsanitize=") || Word.starts_with("--target=") ||
         Word.starts_with("-stdlib=") || Word == "-m32" || Word == "-m64" ||
         Word == "-pthread" || Word == "-fopenmp";
}

Command ModuleLink::programCommand(const std::string &Imports) const {
  bool CPlusPlus = any_of(Modules, [](const LinkObject &O) {
    return is_contained(O.Record.Arguments, "--driver-mode=g++");
  });
  Command Words = {Main.Record.Compiler};
  if (CPlusPlus && !is_contained(Main.Record.Arguments, "--driver-mode=g++"))
    Words.push_back("--driver-mode=g++");
  std::string Library = ownLibraryDirectory();
  for (const std::string &Word : Main.Record.Arguments)
    if (concernsLink(Word) || Word == "--driver-mode=g++")
      Words.push_back(Word);
  // Images name no libraries: what they need, the program must load, whether
  // or not its own module refers to it.
  Words.insert(Words.end(), {"-rdynamic", "-Wl,--no-as-needed", "-o",
                             Temporary + "/program", Main.Path, Imports});
  for (const LinkObject &O : Others)
    Words.push_back(O.Path);
  Words.insert(Words.end(), {Library + "/libhcr.so", "-Xlinker", "-rpath",
                             "-Xlinker", Library});
  Words.insert(Words.end(), Line.Rest.begin(), Line.Rest.end());
  return Words;
}

Error ModuleLink::linkProgram() {
  Expected<std::string> Triple = tripleOf(Main.Path);
  if (!Triple)
    return Triple.takeError();
  std::string Imports = Temporary + "/main.imports.o";
  if (Error E = writeImportsObject(Imports, *Triple,
                                   Tree.importsOf(Main.Record.Module)))
    return E;
  Command Words = programCommand(Imports);
  if (Line.Verbose) {
    std::string Text = shellQuoted(Words);
    Out.event(Text, json::Object{{"event", "command"}, {"command", Text}});
  }
  Expected<Finished> Result = runCaptured(Words, "", false);
  if (!Result)
    return Result.takeError();
  Out.compiler(Main.Record.Module, Result->Output);
  if (Result->Code != 0)
    return failure("cannot link '" + Output + "'");
  std::string Linked = Temporary + "/program";
  if (std::error_code Code = fs::rename(Linked, Output))
    return failure("cannot write '" + Output + "': " + Code.message());
  return Error::success();
}

Error ModuleLink::linkImage(const LinkObject &O, const std::string &Image) {
  std::string Extra;
  if (!O.Record.Module.empty()) {
    Expected<std::string> Triple = tripleOf(O.Path);
    if (!Triple)
      return Triple.takeError();
    Extra = Image + ".imports.o";
    if (Error E =
            writeImportsObject(Extra, *Triple, Tree.importsOf(O.Record.Module)))
      return E;
  }
  Command Words;
  {
    std::lock_guard Guard(Mutex);
    Words = Linker->command(O.Record, O.Path, Extra, Temporary + "/image.map",
                            Image);
  }
  Expected<Finished> Result = runCaptured(Words, "", false);
  if (!Result)
    return Result.takeError();
  std::lock_guard Guard(Mutex);
  Out.compiler(O.Record.Module, Result->Output);
  if (Result->Code != 0)
    return failure("cannot link the image of '" + O.Given + "'");
  return Error::success();
}

Error ModuleLink::linkImages() {
  std::vector<JournalEntry> Entries(Modules.size());
  Error Failed = Error::success();
  unsigned Workers = Line.Jobs ? Line.Jobs : processorCount();
  forEachParallel(Modules.size(), Workers, [&](size_t I) {
    std::string Image = Temporary + "/" + std::to_string(I) + ".so";
    Error E = linkImage(Modules[I], Image);
    std::string Target = P.image(Modules[I].Record.Module);
    if (!E)
      E = makeDirectory(sys::path::parent_path(Target).str());
    std::optional<uint64_t> Hash = hashOf(Image);
    std::optional<FileStamp> Stamp = stampOf(Image);
    if (!E && Hash && Stamp)
      Entries[I] = {Modules[I].Record.Module, Stamp->Size, *Hash, false};
    if (!E)
      if (std::error_code Code = fs::rename(Image, Target))
        E = failure("cannot write '" + Target + "': " + Code.message());
    if (E) {
      std::lock_guard Guard(Mutex);
      Failed = joinErrors(std::move(Failed), std::move(E));
    }
  });
  if (Failed)
    return Failed;
  if (Error E = rewriteJournal(P, Entries))
    return E;
  return Tree.save(P);
}

Error ModuleLink::run() {
  Stopwatch Watch;
  Output = Line.Output.empty() ? "a.out" : Line.Output;
  SmallString<256> Path(Output);
  fs::make_absolute(Path);
  if (SmallString<256> Real; !fs::real_path(sys::path::parent_path(Path), Real))
    Path = (Real + "/" + sys::path::filename(Path)).str();
  P.Path = std::string(Path);
  P.Directory = P.Path + ".hcr";
  if (Error E = makeDirectory(P.file("build")))
    return E;
  BuildLock Lock;
  if (Error E = Lock.take(P, Out))
    return E;
  Temporary = P.file("build/tmp." + Twine(getpid()));
  if (Error E = makeDirectory(Temporary))
    return E;
  auto Clean = make_scope_exit([&] { fs::remove_directories(Temporary); });
  if (Error E =
          replaceFile(Temporary + "/image.map", ImageLinker::versionScript()))
    return E;
  Expected<ImageLinker> L = ImageLinker::find(Line.Linker);
  if (!L)
    return L.takeError();
  Linker.emplace(std::move(*L));
  Linker->useCache(P.file("build/compilers"));
  if (Error E = readObjects())
    return E;
  unsigned Number = 0;
  if (Error E = loosen(Main, Number++))
    return E;
  for (LinkObject &O : Modules)
    if (Error E = loosen(O, Number++))
      return E;
  // The program first: images that are older than it do not count.
  if (Error E = linkProgram())
    return E;
  if (Expected<ImageContents> Linked = readImage(Output))
    Linker->useLibraries(librariesOf(*Linked));
  else
    return Linked.takeError();
  fs::remove(P.file("build/state"));
  if (Error E = linkImages())
    return E;
  json::Array Names{Main.Record.Module};
  for (const LinkObject &O : Modules)
    Names.push_back(O.Record.Module);
  Out.event("linked " + Output + " and " + plural(Modules.size(), "image") +
                " in " + milliseconds(Watch.milliseconds()) + " ms",
            json::Object{{"event", "link"},
                         {"program", P.Path},
                         {"modules", std::move(Names)},
                         {"total_ms", Watch.milliseconds()}});
  return Error::success();
}

int linkCommand(const CommandLine &Line, Report &Out) {
  if (Line.Operands.empty()) {
    Out.error("no objects given; usage: hcr link [-o PROGRAM] OBJECT... "
              "[-- FLAG...]");
    return 2;
  }
  if (Error E = ModuleLink(Line, Out).run()) {
    Out.error(std::move(E));
    return 1;
  }
  return 0;
}

} // namespace hcr
