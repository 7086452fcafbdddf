// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ImportTree.h"
#include "../common/CompileRecord.h"
#include "Report.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include <mutex>
#include <set>

using namespace llvm;
using namespace llvm::object;

namespace hcr {

static Expected<OwningBinary<ObjectFile>> openObject(const std::string &Path) {
  Expected<OwningBinary<ObjectFile>> File = ObjectFile::createObjectFile(Path);
  if (!File)
    return failure("cannot read object '" + Path +
                   "': " + toString(File.takeError()));
  return File;
}

Expected<ObjectSymbols> readSymbols(const std::string &Object) {
  auto File = openObject(Object);
  if (!File)
    return File.takeError();
  ObjectSymbols Result;
  for (const SymbolRef &Symbol : File->getBinary()->symbols()) {
    Expected<uint32_t> Flags = Symbol.getFlags();
    Expected<StringRef> Name = Symbol.getName();
    if (!Flags || !Name) {
      consumeError(Flags.takeError());
      consumeError(Name.takeError());
      continue;
    }
    if (Name->empty() || !(*Flags & SymbolRef::SF_Global))
      continue;
    if (*Flags & SymbolRef::SF_Undefined)
      Result.Refers.push_back(Name->str());
    else if (!(*Flags & SymbolRef::SF_Weak)) // inline functions have no owner
      Result.Defines.push_back(Name->str());
  }
  return Result;
}

Expected<std::string> tripleOf(const std::string &Object) {
  auto File = openObject(Object);
  if (!File)
    return File.takeError();
  return File->getBinary()->makeTriple().str();
}

//===-- The tree ----------------------------------------------------------===//

static std::string cacheOf(const Program &P) { return P.file("build/symbols"); }

// One line per module: name, then `=symbol` defined and `?symbol` used.
Error ImportTree::load(const Program &P) {
  std::optional<FileStamp> Now = stampOf(cacheOf(P));
  if (!Changed && Left == Now)
    return Error::success();
  *this = ImportTree();
  bool IsGood = true;
  bool IsWhole = forEachRow(cacheOf(P), [&](ArrayRef<StringRef> Row) {
    ObjectSymbols Own;
    for (StringRef Word : Row.drop_front())
      if (Word.consume_front("="))
        Own.Defines.push_back(Word.str());
      else if (Word.consume_front("?"))
        Own.Refers.push_back(Word.str());
      else
        IsGood = false;
    IsGood &= isModuleName(Row[0]);
    if (Main.empty())
      Main = Row[0].str();
    set(Row[0].str(), std::move(Own));
  });
  if (Now && (!IsGood || !IsWhole || Symbols.empty())) {
    *this = ImportTree();
    return failure("'" + cacheOf(P) +
                   "' is damaged; link the program again with hcr link");
  }
  Left = Now;
  Changed = false;
  return Error::success();
}

void ImportTree::remove(const std::string &Module) {
  auto Own = Symbols.find(Module);
  if (Own == Symbols.end())
    return;
  for (const std::string &Name : Own->second.Defines)
    if (auto I = Definer.find(Name); I != Definer.end() && I->second == Module)
      Definer.erase(I);
  Symbols.erase(Own);
  Changed = true;
}

void ImportTree::set(const std::string &Module, ObjectSymbols New) {
  auto Own = Symbols.find(Module);
  if (Own != Symbols.end() && Own->second == New)
    return;
  remove(Module);
  for (const std::string &Name : New.Defines)
    Definer[Name] = Module;
  Symbols[Module] = std::move(New);
  Changed = true;
}

std::vector<std::string>
ImportTree::importsOf(const std::string &Module) const {
  std::set<std::string> Imports;
  auto Own = Symbols.find(Module);
  if (Own != Symbols.end())
    for (const std::string &Name : Own->second.Refers)
      if (auto I = Definer.find(Name);
          I != Definer.end() && I->second != Module)
        Imports.insert(I->second);
  return {Imports.begin(), Imports.end()};
}

Error ImportTree::save(const Program &P) {
  if (!Changed)
    return Error::success();
  std::vector<std::string> Order = {Main};
  for (const auto &[Module, Unused] : Symbols)
    if (Module != Main)
      Order.push_back(Module);
  std::string Cache, Imports;
  for (const std::string &Module : Order) {
    auto Own = Symbols.find(Module);
    if (Own == Symbols.end())
      continue;
    Cache += Module;
    for (const std::string &Name : Own->second.Defines)
      Cache += "\t=" + Name;
    for (const std::string &Name : Own->second.Refers)
      Cache += "\t?" + Name;
    Cache += "\n";
    Imports += Module + ":";
    for (const std::string &Import : importsOf(Module))
      Imports += " " + Import;
    Imports += "\n";
  }
  if (Error E = replaceFile(cacheOf(P), Cache))
    return E;
  if (Error E = replaceFile(P.file("imports"), Imports))
    return E;
  Left = stampOf(cacheOf(P));
  Changed = false;
  return Error::success();
}

//===-- The object with the list ------------------------------------------===//

static const Target *findTarget(const std::string &Name, std::string &Message) {
  static std::once_flag Once;
  std::call_once(Once, [] {
    InitializeAllTargetInfos();
    InitializeAllTargets();
    InitializeAllTargetMCs();
    InitializeAllAsmPrinters();
  });
  return TargetRegistry::lookupTarget(Name, Message);
}

// hcr.imports = { &"src/a.c", &"src/b.c", &"" }
static void fill(llvm::Module &M, const std::vector<std::string> &Imports) {
  LLVMContext &Context = M.getContext();
  auto *Pointer = PointerType::getUnqual(Context);
  std::vector<Constant *> Names;
  auto Add = [&](StringRef Name) {
    Constant *Text = ConstantDataArray::getString(Context, Name);
    Names.push_back(new GlobalVariable(M, Text->getType(), true,
                                       GlobalValue::PrivateLinkage, Text));
  };
  for (const std::string &Name : Imports)
    Add(Name);
  Add("");
  auto *Type = ArrayType::get(Pointer, Names.size());
  auto *List =
      new GlobalVariable(M, Type, true, GlobalValue::ExternalLinkage,
                         ConstantArray::get(Type, Names), "hcr.imports");
  List->setVisibility(GlobalValue::HiddenVisibility);
}

Error writeImportsObject(const std::string &Path, const std::string &Name,
                         const std::vector<std::string> &Imports) {
  std::string Message;
  const Target *T = findTarget(Name, Message);
  if (!T)
    return failure("cannot write an object for '" + Name + "': " + Message);
  std::unique_ptr<TargetMachine> Machine(T->createTargetMachine(
      Name, "", "", TargetOptions(), Reloc::PIC_, std::nullopt));
  LLVMContext Context;
  llvm::Module M("hcr.imports", Context);
  M.setTargetTriple(Name);
  M.setDataLayout(Machine->createDataLayout());
  fill(M, Imports);
  std::error_code Code;
  raw_fd_ostream Out(Path, Code);
  if (Code)
    return failure("cannot write '" + Path + "': " + Code.message());
  legacy::PassManager Passes;
  if (Machine->addPassesToEmitFile(Passes, Out, nullptr,
                                   CodeGenFileType::ObjectFile))
    return failure("cannot write an object for '" + Name + "'");
  Passes.run(M);
  Out.flush();
  if (Out.has_error()) {
    Code = Out.error();
    Out.clear_error();
    return failure("cannot write '" + Path + "': " + Code.message());
  }
  return Error::success();
}

} // namespace hcr
