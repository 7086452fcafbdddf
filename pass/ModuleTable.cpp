// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ModuleTable.h"
#include "AddressUses.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace hcr {

StringRef plainName(const GlobalValue &G) {
  return GlobalValue::dropLLVMManglingEscape(G.getName());
}

uint32_t scopeOf(const GlobalValue &G) {
  if (G.hasLocalLinkage())
    return HCR_SCOPE_MODULE;
  return G.hasHiddenVisibility() ? HCR_SCOPE_IMAGE : HCR_SCOPE_PROGRAM;
}

GlobalAlias *localAlias(GlobalValue &G) {
  std::string Name = (plainName(G) + ".local").str();
  if (GlobalAlias *Known = G.getParent()->getNamedAlias(Name))
    return Known;
  auto *Alias = GlobalAlias::create(G.getValueType(), G.getAddressSpace(),
                                    GlobalValue::InternalLinkage, Name, &G,
                                    G.getParent());
  Alias->setDSOLocal(true);
  return Alias;
}

Constant *locallyBound(GlobalValue &G) {
  if (G.hasLocalLinkage() || !G.hasDefaultVisibility())
    return &G;
  return localAlias(G);
}

void bindInside(GlobalValue &G, const Options &Opts) {
  if (G.hasDefaultVisibility())
    G.setVisibility(Opts.IsImage || G.hasLinkOnceLinkage()
                        ? GlobalValue::HiddenVisibility
                        : GlobalValue::ProtectedVisibility);
  G.setDSOLocal(true);
}

DenseMap<const GlobalValue *, uint32_t> ModuleTable::fixupSymbols() const {
  DenseMap<const GlobalValue *, uint32_t> Result;
  auto Add = [&Result](uint32_t Kind, const auto &Rows) {
    for (auto [Index, Row] : enumerate(Rows))
      if (Row.Symbol)
        Result[Row.Symbol] = Kind << 30 | static_cast<uint32_t>(Index);
  };
  Add(HCR_FIXUP_PROC, Procs);
  Add(HCR_FIXUP_PROC_IMPORT, ProcImports);
  Add(HCR_FIXUP_GLOBAL, Globals);
  Add(HCR_FIXUP_GLOBAL_IMPORT, GlobalImports);
  return Result;
}

namespace {

/// Builds one array of rows, field by field, in the order of Tables.h.
/// Distances need the address of their own field, so the variable is made
/// first and its initial value last.
class TableWriter {
  Module &M;
  const DataLayout &DL;
  LLVMContext &Ctx;
  SmallString<0> Names;
  GlobalVariable *NamesVariable;
  SmallVector<std::pair<unsigned, unsigned>, 0> NameOffsets;

  GlobalVariable *Current = nullptr;
  uint64_t Offset = 0;
  SmallVector<Constant *, 0> Fields;

public:
  explicit TableWriter(Module &M)
      : M(M), DL(M.getDataLayout()), Ctx(M.getContext()) {
    // A placeholder of no size; finish() puts the real one in its place.
    NamesVariable = promise();
    NamesVariable->setName("hcr.names");
  }

  /// Starts a table whose rows take \p Size bytes in all.
  GlobalVariable *begin(StringRef Name, uint64_t Size) {
    Current = makeVariable(ArrayType::get(Type::getInt8Ty(Ctx), Size), Name);
    Offset = 0;
    Fields.clear();
    return Current;
  }

  /// Ends it: the bytes get their real structure.
  GlobalVariable *end() {
    Constant *Value = ConstantStruct::getAnon(Ctx, Fields, /*Packed=*/true);
    assert(DL.getTypeAllocSize(Value->getType()) ==
               DL.getTypeAllocSize(Current->getValueType()) &&
           "rows differ from Tables.h");
    GlobalVariable *Table = makeVariable(Value->getType(), "");
    Table->setInitializer(Value);
    Current->replaceAllUsesWith(Table);
    Table->takeName(Current);
    Current->eraseFromParent();
    return Table;
  }

  void word(uint64_t Value, unsigned Bits) {
    put(ConstantInt::get(IntegerType::get(Ctx, Bits), Value), Bits / 8);
  }
  void u32(uint64_t Value) { word(Value, 32); }
  void u64(uint64_t Value) { word(Value, 64); }

  /// The distance from this field to \p Target. Only from `inbounds` does
  /// LLVM see that it is no relocation, and the table can be read-only.
  void rel(Constant *Target) {
    if (!Target) {
      u32(0);
      return;
    }
    Type *Int = DL.getIntPtrType(Ctx);
    Constant *Here = ConstantExpr::getInBoundsGetElementPtr(
        Type::getInt8Ty(Ctx), Current, ConstantInt::get(Int, Offset));
    Constant *Distance =
        ConstantExpr::getSub(ConstantExpr::getPtrToInt(Target, Int),
                             ConstantExpr::getPtrToInt(Here, Int));
    put(Int->getIntegerBitWidth() == 32
            ? Distance
            : ConstantExpr::getTrunc(Distance, Type::getInt32Ty(Ctx)),
        4);
  }

  /// Something to refer to that is written later; replace() puts it in.
  GlobalVariable *promise() {
    auto *Later =
        new GlobalVariable(M, Type::getInt8Ty(Ctx), true,
                           GlobalValue::ExternalLinkage, nullptr, "hcr.later");
    Later->setDSOLocal(true);
    return Later;
  }
  static void replace(GlobalVariable *Promised, GlobalVariable *Written) {
    if (Written)
      Promised->replaceAllUsesWith(Written);
    Promised->eraseFromParent();
  }

  Constant *at(GlobalVariable *Table, uint64_t Bytes) {
    return ConstantExpr::getInBoundsGetElementPtr(
        Type::getInt8Ty(Ctx), Table,
        ConstantInt::get(DL.getIntPtrType(Ctx), Bytes));
  }

  void nameOrNone(StringRef Text) {
    if (Text.empty())
      u32(0);
    else
      name(Text);
  }

  void name(StringRef Text) {
    Constant *Target = at(NamesVariable, Names.size());
    Names += Text;
    Names.push_back('\0');
    rel(Target);
  }

  void finish() {
    Constant *Text = ConstantDataArray::getString(Ctx, Names, false);
    GlobalVariable *Real = makeVariable(Text->getType(), "");
    Real->setInitializer(Text);
    Real->setAlignment(Align(1));
    NamesVariable->replaceAllUsesWith(Real);
    Real->takeName(NamesVariable);
    NamesVariable->eraseFromParent();
  }

private:
  void put(Constant *Field, uint64_t Size) {
    Fields.push_back(Field);
    Offset += Size;
  }

  GlobalVariable *makeVariable(Type *T, StringRef Name) {
    auto *G = new GlobalVariable(M, T, /*isConstant=*/true,
                                 GlobalValue::InternalLinkage, nullptr, Name);
    G->setInitializer(Constant::getNullValue(T));
    G->setDSOLocal(true);
    G->setAlignment(Align(8));
    hideFromSanitizers(*G);
    return G;
  }
};

} // namespace

/// The parts first; they refer to the types and the types to them.
static GlobalVariable *writeTypes(TableWriter &W, const TypeTable &Types) {
  if (Types.empty())
    return nullptr;
  GlobalVariable *Promised = W.promise();
  size_t FieldCount = 0;
  for (const TypeTable::Row &Row : Types.rows())
    FieldCount += Row.Parts.size();
  GlobalVariable *Fields = nullptr;
  if (FieldCount) {
    W.begin("hcr.fields", FieldCount * sizeof(HcrField));
    for (const TypeTable::Row &Row : Types.rows())
      for (auto [F, Part] : zip(Row.Type->Fields, Row.Parts)) {
        W.nameOrNone(F.Name);
        W.rel(W.at(Promised, Part * sizeof(HcrType)));
        W.u64(F.Offset);
        W.u64(F.Size);
        W.u32(F.Count);
        W.u32(F.Flags);
      }
    Fields = W.end();
  }
  W.begin("hcr.types", Types.rows().size() * sizeof(HcrType));
  size_t First = 0;
  for (const TypeTable::Row &Row : Types.rows()) {
    const TypeFacts &T = *Row.Type;
    W.name(T.Name);
    W.u32(T.Kind);
    W.u64(T.Size);
    W.u64(T.Layout);
    W.rel(Row.Parts.empty() ? nullptr : W.at(Fields, First * sizeof(HcrField)));
    W.u32(Row.Parts.size());
    W.u32(T.Align);
    W.u32(T.Encoding);
    First += Row.Parts.size();
  }
  GlobalVariable *Written = W.end();
  W.replace(Promised, Written);
  return Written;
}

Constant *typeRow(Module &M, unsigned Index) {
  return ConstantExpr::getInBoundsGetElementPtr(
      Type::getInt8Ty(M.getContext()), M.getNamedGlobal("hcr.types"),
      ConstantInt::get(M.getDataLayout().getIntPtrType(M.getContext()),
                       Index * sizeof(HcrType)));
}

GlobalVariable &ModuleTable::emit(Module &M, const Options &Opts,
                                  uint64_t SourceHash,
                                  const EntryPoints &Points) const {
  TableWriter W(M);

  auto Rows = [&W](StringRef Name, const auto &All, size_t RowSize,
                   auto WriteRow) -> GlobalVariable * {
    if (All.empty())
      return nullptr;
    W.begin(Name, All.size() * RowSize);
    for (const auto &Row : All)
      WriteRow(Row);
    return W.end();
  };

  GlobalVariable *ProcRows =
      Rows("hcr.procs", Procs, sizeof(HcrProc), [&](const ProcRow &Row) {
        W.name(Row.Name);
        W.u32(Row.Flags | ProcFlags);
        W.u64(Row.Signature);
        W.u64(Row.BodyHash);
        W.rel(Row.Body);
        W.rel(Row.Slot);
        W.rel(Row.Entry);
        W.rel(Row.Address);
        W.u64(Row.Type);
      });
  GlobalVariable *ProcImportRows =
      Rows("hcr.proc_imports", ProcImports, sizeof(HcrProcImport),
           [&W](const ProcImportRow &Row) {
             W.name(Row.Name);
             W.u32(Row.Flags);
             W.u64(Row.Signature);
             W.rel(Row.Slot);
             W.rel(Row.Address);
             W.u64(Row.Type);
           });
  GlobalVariable *TypeRows = writeTypes(W, Types);
  GlobalVariable *GlobalRows = Rows(
      "hcr.globals", Globals, sizeof(HcrGlobal), [&](const GlobalRow &Row) {
        W.name(Row.Name);
        W.u32(Row.Flags);
        W.u64(Row.Size);
        W.u64(Row.InitialHash);
        W.u64(Row.Layout);
        W.u32(Row.Align);
        W.rel(Row.Pointer);
        W.rel(Row.Initial);
        W.rel(Row.Fresh);
        W.nameOrNone(Row.TypeName);
        W.rel(Row.Type ? W.at(TypeRows, *Row.Type * sizeof(HcrType)) : nullptr);
        W.rel(Row.Destroy);
        W.rel(Row.Virtuals);
      });
  GlobalVariable *GlobalImportRows =
      Rows("hcr.global_imports", GlobalImports, sizeof(HcrGlobalImport),
           [&W](const GlobalImportRow &Row) {
             W.name(Row.Name);
             W.u32(Row.Flags);
             W.rel(Row.Pointer);
             W.u32(0);
           });
  GlobalVariable *FixupRows =
      Rows("hcr.fixups", Fixups, sizeof(HcrFixup), [&W](const FixupRow &Row) {
        W.rel(Row.Place);
        W.u32(Row.Symbol);
        W.u64(static_cast<uint64_t>(Row.Addend));
      });
  GlobalVariable *HandlerRows =
      Rows("hcr.handlers", Handlers, sizeof(HcrHandler),
           [&W](const HandlerRow &Row) {
             W.rel(Row.Handler);
             W.u32(Row.IsBefore);
           });

  GlobalVariable *UseRows =
      Rows("hcr.uses", Uses, sizeof(HcrUse), [&W](const UseRow &Row) {
        W.u32(Row.Proc);
        W.u32(Row.What);
      });
  GlobalVariable *UsedTypeRows =
      Rows("hcr.used_types", UsedTypes, sizeof(HcrUsedType),
           [&W](const UsedTypeRow &Row) {
             W.name(Row.Name);
             W.u32(Row.Size);
             W.u64(Row.Layout);
           });
  GlobalVariable *MigratorRows =
      Rows("hcr.migrators", Migrators, sizeof(HcrMigrator),
           [&W](const MigratorRow &Row) {
             W.name(Row.Type);
             W.rel(Row.Migrator);
           });

  W.begin("hcr.module", sizeof(HcrModuleTable));
  W.u32(HCR_ABI_MAGIC);
  W.word(HCR_ABI_VERSION, 16);
  W.word(sizeof(HcrModuleTable), 16);
  W.u32(Flags | (Opts.isHost() ? 0 : HCR_MODULE_BINDING));
  W.name(ModuleName);
  W.name(Opts.Root);
  W.rel(Points.State);
  W.u64(SourceHash);
  W.u64(Opts.Program);
  auto Reference = [&W](GlobalVariable *Table, size_t Count) {
    W.rel(Table);
    W.u32(Count);
  };
  Reference(ProcRows, Procs.size());
  Reference(ProcImportRows, ProcImports.size());
  Reference(GlobalRows, Globals.size());
  Reference(GlobalImportRows, GlobalImports.size());
  Reference(FixupRows, Fixups.size());
  Reference(HandlerRows, Handlers.size());
  W.rel(Points.CreateTypeInfos);
  W.rel(Points.DatInit);
  W.rel(Points.Init);
  W.rel(Points.Imports);
  Reference(TypeRows, Types.rows().size());
  W.rel(Points.ExitHandle);
  Reference(UseRows, Uses.size());
  Reference(UsedTypeRows, UsedTypes.size());
  Reference(MigratorRows, Migrators.size());
  W.u32(0);
  GlobalVariable *Table = W.end();
  Table->setSection(HCR_MODULES_SECTION);
  appendToUsed(M, {Table});
  W.finish();
  return *Table;
}

} // namespace hcr
