// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Facts.h"
#include "FactsFormat.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace hcr {
namespace {

constexpr StringRef AnnotationTable = "llvm.global.annotations";

StringRef textOf(const Constant &Text) {
  const auto *G = dyn_cast<GlobalVariable>(Text.stripPointerCasts());
  if (!G || !G->hasInitializer())
    return {};
  const auto *Data = dyn_cast<ConstantDataArray>(G->getInitializer());
  return Data && Data->isCString() ? Data->getAsCString() : StringRef();
}

/// Takes rows out of llvm.global.annotations: those for which \p Take says so.
void takeAnnotations(Module &M,
                     function_ref<bool(GlobalVariable *, StringRef)> Take) {
  GlobalVariable *Table = M.getNamedGlobal(AnnotationTable);
  if (!Table || !Table->hasInitializer())
    return;
  auto *Rows = dyn_cast<ConstantArray>(Table->getInitializer());
  if (!Rows)
    return;
  SmallVector<Constant *, 0> Kept;
  SmallSetVector<GlobalVariable *, 16> Texts;
  for (const Use &Row : Rows->operands()) {
    auto *Fields = cast<ConstantStruct>(Row);
    if (!Take(dyn_cast<GlobalVariable>(
                  Fields->getOperand(0)->stripPointerCasts()),
              textOf(*Fields->getOperand(1)))) {
      Kept.push_back(Fields);
      continue;
    }
    for (unsigned I : {1u, 2u}) // the text and the name of the file
      if (auto *Text = dyn_cast<GlobalVariable>(
              Fields->getOperand(I)->stripPointerCasts()))
        Texts.insert(Text);
  }
  if (Kept.size() == Rows->getNumOperands())
    return;
  if (!Kept.empty()) {
    auto *T = ArrayType::get(Kept.front()->getType(), Kept.size());
    auto *Shorter =
        new GlobalVariable(M, T, Table->isConstant(), Table->getLinkage(),
                           ConstantArray::get(T, Kept));
    Shorter->setSection(Table->getSection());
    Shorter->takeName(Table);
  }
  Table->eraseFromParent();
  for (GlobalVariable *Text : Texts) {
    Text->removeDeadConstantUsers();
    if (Text->use_empty() && Text->hasLocalLinkage())
      Text->eraseFromParent();
  }
}

/// The next number of a line.
uint64_t number(StringRef &Line) {
  StringRef Word;
  std::tie(Word, Line) = Line.split(' ');
  uint64_t Value = 0;
  Word.getAsInteger(16, Value);
  return Value;
}

} // namespace

void Facts::read(StringRef Text) {
  TypeFacts *Open = nullptr;
  while (!Text.empty()) {
    StringRef Line;
    std::tie(Line, Text) = Text.split('\n');
    if (Line.consume_front("S ")) {
      SystemSymbols.insert(Line);
    } else if (Line.consume_front("F ")) {
      uint64_t Signature = number(Line);
      Signatures[Line] = Signature;
    } else if (Line.consume_front("N ")) {
      auto [Name, Rest] = Line.drop_front(2).split(' ');
      Names.push_back({Line.front(), Name.str(), Rest.str()});
    } else if (Line.consume_front("U ")) {
      RecordFacts &R = Records.emplace_back();
      R.Layout = number(Line);
      R.Size = static_cast<uint32_t>(number(Line));
      uint64_t Length = number(Line);
      R.IrName = Line.take_front(Length);
      R.Name = Line.drop_front(Length).ltrim(' ');
    } else if (Line.consume_front("T ")) {
      Open = &Types[number(Line)];
      *Open = {};
      Open->Kind = static_cast<uint32_t>(number(Line));
      Open->Size = number(Line);
      Open->Align = static_cast<uint32_t>(number(Line));
      Open->Encoding = static_cast<uint32_t>(number(Line));
      Open->Layout = number(Line);
      Open->Name = Line;
    } else if (Open && Line.consume_front("f ")) {
      TypeFacts::Field &F = Open->Fields.emplace_back();
      F.Offset = number(Line);
      F.Size = number(Line);
      F.Count = static_cast<uint32_t>(number(Line));
      F.Flags = static_cast<uint32_t>(number(Line));
      F.Key = number(Line);
      F.Name = Line;
    }
  }
}

Facts Facts::takeFrom(Module &M) {
  Facts Result;
  SmallPtrSet<Constant *, 2> Carriers;
  takeAnnotations(M, [&](GlobalVariable *G, StringRef Text) {
    if (!G)
      return false;
    if (Text == FactsMark) {
      Carriers.insert(G);
      return true;
    }
    uint64_t Number = 0;
    if (Text.consume_front(TypeMark) && !Text.getAsInteger(16, Number))
      Result.Variables[G] = Number;
    else if (Text.consume_front(DynamicMark) && !Text.getAsInteger(16, Number))
      Result.Dynamic[Number] = G;
    else
      return false;
    return true;
  });
  removeFromUsedLists(M, [&](Constant *C) {
    return Carriers.contains(C->stripPointerCasts());
  });
  for (Constant *C : Carriers) {
    auto *Carrier = cast<GlobalVariable>(C);
    Result.Known = true;
    if (const auto *Text = dyn_cast_or_null<ConstantDataArray>(
            Carrier->hasInitializer() ? Carrier->getInitializer() : nullptr))
      Result.read(Text->getRawDataValues().rtrim('\0'));
    Carrier->removeDeadConstantUsers();
    Carrier->eraseFromParent();
  }
  return Result;
}

void Facts::rename(const StringMap<std::string> &Others) {
  auto Renamed = [&](StringRef Name) {
    auto It = Others.find(Name);
    return It == Others.end() ? Name : StringRef(It->second);
  };
  StringMap<uint64_t> NewSignatures;
  for (const auto &Entry : Signatures)
    NewSignatures[Renamed(Entry.first())] = Entry.second;
  Signatures = std::move(NewSignatures);
  StringSet<> NewSystemSymbols;
  for (const auto &Entry : SystemSymbols)
    NewSystemSymbols.insert(Renamed(Entry.first()));
  SystemSymbols = std::move(NewSystemSymbols);
  for (NameLine &Line : Names)
    Line.Name = Renamed(Line.Name).str();
}

bool Facts::isSystem(const GlobalValue &G) const {
  return SystemSymbols.contains(
      GlobalValue::dropLLVMManglingEscape(G.getName()));
}

const TypeFacts *Facts::type(uint64_t Key) const {
  auto It = Types.find(Key);
  return It == Types.end() ? nullptr : &It->second;
}

const TypeFacts *Facts::type(const GlobalVariable &G) const {
  return type(Variables.lookup(&G));
}

SmallVector<GlobalVariable *, 0>
Facts::initializedInOrder(bool ThreadLocal) const {
  SmallVector<GlobalVariable *, 0> Result;
  for (auto &[Order, G] : Dynamic)
    if (!G->isDeclaration() && G->isThreadLocal() == ThreadLocal)
      Result.push_back(G);
  return Result;
}

} // namespace hcr
