// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ImageCompiler.h"
#include "../common/ClangArguments.h"
#include "Dependencies.h"
#include "Files.h"
#include "PrecompiledHeader.h"
#include "llvm/Support/FormatVariadic.h"
#include <unistd.h>

using namespace llvm;

namespace hcr {

Error ImageCompiler::prepare(const std::vector<std::string> &Libraries) {
  if (!Linker) {
    Expected<ImageLinker> Found = ImageLinker::find(Options.Linker);
    if (!Found)
      return Found.takeError();
    Linker.emplace(std::move(*Found));
    Linker->useCache(P.file("build/compilers"));
  }
  Linker->useLibraries(Libraries);
  return Error::success();
}

Command ImageCompiler::compileCommand(const ImageJob &Job) const {
  const CompileRecord &Record = *Job.Record;
  std::string Library = ownLibraryDirectory();
  std::string PassPlugin = Library + "/libHcrPass.so";
  // Sources in LLVM IR have no use for plugins, include paths and dependencies.
  Command Words = {Record.Compiler, "--start-no-unused-arguments",
                   "-fplugin=" + Library + "/libHcrClang.so",
                   "-fplugin=" + PassPlugin, "-fpass-plugin=" + PassPlugin};
  auto Pass = [&](StringRef Option, const Twine &Value) {
    Words.insert(Words.end(), {"-Xclang", "-mllvm", "-Xclang",
                               (Option + "=" + Value).str()});
  };
  Pass("-hcr-binding", "module");
  Words.insert(Words.end(), {"-Xclang", "-mllvm", "-Xclang", "-hcr-image"});
  Pass("-hcr-module", Record.Module);
  Pass("-hcr-root", Record.Root);
  Pass("-hcr-program", formatv("{0:x-}", P.Id).str());
  Pass("-hcr-record", Record.text());
  if (!Job.Names.empty())
    Pass("-hcr-names", Job.Names);
  std::vector<std::string> Arguments = imageArguments(Record);
  // They may end with `-x LANGUAGE`, which is meant for the source.
  Words.insert(Words.end(), Arguments.begin(), Arguments.end());
  Words.insert(Words.end(), Options.ExtraArguments.begin(),
               Options.ExtraArguments.end());
  if (isatty(STDERR_FILENO) && !Out.isJson())
    Words.push_back("-fcolor-diagnostics");
  Words.insert(Words.end(), {"-fPIC", "-c", "-o", Job.Object, "-MD", "-MF",
                             Job.Dependencies, "-MT", "image", Record.Source});
  return Words;
}

bool ImageCompiler::writeNames(const CompileRecord &Record,
                               const std::string &File) const {
  Command Words = {Record.Compiler,
                   "-fplugin=" + ownLibraryDirectory() + "/libHcrClang.so"};
  std::vector<std::string> Arguments = imageArguments(Record);
  Words.insert(Words.end(), Arguments.begin(), Arguments.end());
  Words.insert(Words.end(), {"-fplugin-arg-hcr-names=" + File, "-w",
                             "-fsyntax-only", Record.Source});
  Expected<Finished> Result =
      runCaptured(Words, Record.Directory, Options.OwnGroup);
  if (!Result) {
    consumeError(Result.takeError());
    return false;
  }
  return Result->Code == 0;
}

// Returns false after printing what the tool said.
bool ImageCompiler::runStep(Command Words, ImageJob &Job,
                            const std::string &Directory,
                            double &Milliseconds) {
  if (Options.Verbose) {
    std::lock_guard Guard(Mutex);
    std::string Text = shellQuoted(Words);
    Out.event(Text, json::Object{{"event", "command"}, {"command", Text}});
  }
  Expected<Finished> Result = runCaptured(Words, Directory, Options.OwnGroup);
  std::lock_guard Guard(Mutex);
  if (!Result) {
    if (isStopping()) // the program ended, nobody waits for the image
      consumeError(Result.takeError());
    else
      Out.error(Result.takeError());
    return false;
  }
  Milliseconds = Result->Milliseconds;
  // "No such file" is not for the programmer who just removed it.
  std::string Source = Job.Record->sourcePath();
  Job.Vanished = Result->Code != 0 && !stampOf(Source);
  Job.Outdated = Result->Code != 0 && wasWritten(Source, Job.Started);
  if (!Job.Vanished && (IsLast || !Job.Outdated))
    Out.compiler(Job.Record->Module, Result->Output);
  return Result->Code == 0;
}

Error ImageCompiler::importsObject(ImageJob &Job) {
  Expected<ObjectSymbols> Symbols = readSymbols(Job.Object);
  if (!Symbols)
    return Symbols.takeError();
  Expected<std::string> Triple = tripleOf(Job.Object);
  if (!Triple)
    return Triple.takeError();
  std::vector<std::string> Imports;
  {
    std::lock_guard Guard(Mutex);
    Tree.set(Job.Record->Module, std::move(*Symbols));
    Imports = Tree.importsOf(Job.Record->Module);
  }
  Job.Extra = Job.Object + ".imports.o";
  return writeImportsObject(Job.Extra, *Triple, Imports);
}

void ImageCompiler::run(ImageJob &Job, const std::string &Directory) {
  Job.Started = fileClock();
  const CompileRecord &Record = *Job.Record;
  if (!runStep(compileCommand(Job), Job, Record.Directory, Job.Compile))
    return;
  if (Expected<std::string> Rule = readFile(Job.Dependencies))
    Job.Files = filesOf(Record, *Rule);
  else
    consumeError(Rule.takeError());
  link(Job, Directory);
  Job.Outdated = any_of(Job.Files, [&](const std::string &File) {
    return wasWritten(File, Job.Started);
  });
}

void ImageCompiler::link(ImageJob &Job, const std::string &Directory) {
  if (!Tree.empty())
    if (Error E = importsObject(Job)) {
      std::lock_guard Guard(Mutex);
      Out.error(std::move(E));
      return;
    }
  Command Link;
  {
    std::lock_guard Guard(Mutex); // it may ask the compiler something once
    Link = Linker->command(*Job.Record, Job.Object, Job.Extra,
                           Directory + "/image.map", Job.Image);
  }
  if (!runStep(std::move(Link), Job, Directory, Job.Link))
    return;
  std::optional<uint64_t> Hash = hashOf(Job.Image);
  std::optional<FileStamp> Stamp = stampOf(Job.Image);
  Job.Good = Hash && Stamp;
  Job.Hash = Hash.value_or(0);
  Job.Size = Stamp.value_or(FileStamp()).Size;
}

Expected<std::vector<ImageJob>>
ImageCompiler::run(ArrayRef<const CompileRecord *> Modules,
                   const std::string &Directory, NamesFiles NamesOf,
                   bool IsLast) {
  this->IsLast = IsLast;
  std::vector<ImageJob> Jobs(Modules.size());
  if (Jobs.empty())
    return Jobs;
  if (Error E =
          replaceFile(Directory + "/image.map", ImageLinker::versionScript()))
    return std::move(E);
  for (size_t I = 0; I != Jobs.size(); ++I) {
    std::string Stem = Directory + "/" + std::to_string(I);
    Jobs[I].Record = Modules[I];
    Jobs[I].Object = Stem + ".o";
    Jobs[I].Dependencies = Stem + ".d";
    Jobs[I].Image = Stem + ".so";
    Jobs[I].Names = NamesOf(Modules[I]->Module);
  }
  forEachParallel(Jobs.size(), Options.Jobs,
                  [&](size_t I) { run(Jobs[I], Directory); });
  return Jobs;
}

} // namespace hcr
