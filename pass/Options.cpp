// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Options.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace hcr {

static cl::OptionCategory Category("Hot code reloading");

static cl::opt<Binding>
    BindingOpt("hcr-binding", cl::desc("Who fills slots and pointers"),
               cl::values(clEnumValN(Binding::Host, "host",
                                     "the linker: objects of a program"),
                          clEnumValN(Binding::Module, "module",
                                     "the runtime: module images (default)")),
               cl::init(Binding::Module), cl::cat(Category));

static cl::opt<std::string>
    ModuleOpt("hcr-module", cl::value_desc("name"),
              cl::desc("Name of the module (default: the source path relative "
                       "to the project root)"),
              cl::cat(Category));

static cl::opt<std::string>
    RootOpt("hcr-root", cl::value_desc("directory"),
            cl::desc("Project root (default: the current directory)"),
            cl::cat(Category));

static cl::opt<std::string>
    ProgramOpt("hcr-program", cl::value_desc("hex"),
               cl::desc("Id of the program that the image is built for"),
               cl::cat(Category));

static cl::opt<bool>
    ImageOpt("hcr-image",
             cl::desc("The object becomes a module image: references to other "
                      "modules are weak, the runtime resolves them"),
             cl::cat(Category));

static cl::opt<std::string>
    RecordOpt("hcr-record", cl::value_desc("text"),
              cl::desc("How this object is compiled, kept in it"),
              cl::cat(Category));

static cl::opt<std::string>
    NamesOpt("hcr-names", cl::value_desc("file"),
             cl::desc("Other names for symbols: those that they have in the "
                      "running program"),
             cl::cat(Category));

static cl::opt<std::string>
    GeneratorOpt("hcr-generator", cl::value_desc("text"),
                 cl::desc("The command that wrote the source, kept in the "
                          "object"),
                 cl::cat(Category));

static void normalizeRoot(std::string &Root) {
  SmallString<256> Path(Root);
  sys::fs::make_absolute(Path);
  sys::path::remove_dots(Path, /*remove_dot_dot=*/true);
  Root = std::string(Path);
}

static Error parseProgram(StringRef Text, uint64_t &Program) {
  Program = 0;
  if (!Text.empty() && Text.getAsInteger(16, Program))
    return createStringError(
        "program id '%s' of -hcr-program is not a hexadecimal number",
        Text.str().c_str());
  return Error::success();
}

Options Options::fromCommandLine() {
  Options Result;
  Result.Bind = BindingOpt;
  Result.ModuleName = ModuleOpt;
  Result.Root = RootOpt;
  Result.Record = RecordOpt;
  Result.NamesFile = NamesOpt;
  Result.Generator = GeneratorOpt;
  Result.IsImage = ImageOpt;
  if (Error E = parseProgram(ProgramOpt, Result.Program))
    report_fatal_error(std::move(E), /*gen_crash_diag=*/false);
  normalizeRoot(Result.Root);
  return Result;
}

Expected<Options> Options::fromParameters(StringRef Parameters) {
  Options Result = fromCommandLine();
  while (!Parameters.empty()) {
    StringRef Parameter;
    std::tie(Parameter, Parameters) = Parameters.split(';');
    if (Parameter == "host")
      Result.Bind = Binding::Host;
    else if (Parameter == "module")
      Result.Bind = Binding::Module;
    else if (Parameter == "image")
      Result.IsImage = true;
    else if (Parameter.consume_front("name="))
      Result.ModuleName = Parameter.str();
    else if (Parameter.consume_front("names="))
      Result.NamesFile = Parameter.str();
    else if (Parameter.consume_front("root="))
      Result.Root = Parameter.str();
    else if (Parameter.consume_front("generator="))
      Result.Generator = Parameter.str();
    else if (Parameter.consume_front("program=")) {
      if (Error E = parseProgram(Parameter, Result.Program))
        return std::move(E);
    } else
      return createStringError(
          "unknown parameter '%s' of the hcr pass; known are host, module, "
          "image, name=, names=, root=, generator= and program=",
          Parameter.str().c_str());
  }
  normalizeRoot(Result.Root);
  return Result;
}

std::string Options::moduleNameFor(StringRef SourceFile) const {
  if (!ModuleName.empty())
    return ModuleName;
  SmallString<256> Path(SourceFile);
  sys::fs::make_absolute(Path);
  sys::path::remove_dots(Path, /*remove_dot_dot=*/true);
  StringRef Relative = Path;
  if (Relative.consume_front(Root) && Relative.consume_front("/"))
    return Relative.str();
  return std::string(Path);
}

} // namespace hcr
