// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TableCheck.h"

#include <cstring>
#include <unordered_set>

namespace hcr {

namespace {

class TableChecker {
public:
  TableChecker(const HcrModuleTable &T,
               const std::vector<sys::Segment> &Segments)
      : T(T), Segments(Segments) {}
  Error check();
  bool hasState() const {
    return T.State &&
           leadsTo(T.State, sizeof(uint32_t), Write, alignof(uint32_t));
  }

private:
  /// Fixed: what nobody can change after it was checked. Tables are.
  enum Access { Fixed, Read, Write, Execute };
  bool holds(const void *Address, uint64_t Size, Access A) const;
  uintptr_t target(const HcrRel &Field) const {
    // Not follow(): a distance may lead anywhere, also around the end.
    return reinterpret_cast<uintptr_t>(&Field) +
           static_cast<uintptr_t>(static_cast<intptr_t>(Field));
  }
  bool leadsTo(const HcrRel &Field, uint64_t Size, Access A,
               uintptr_t Alignment) const {
    uintptr_t At = target(Field);
    return At % Alignment == 0 &&
           holds(reinterpret_cast<const void *>(At), Size, A);
  }
  bool isCell(const HcrRel &F) const {
    return !F || leadsTo(F, sizeof(void *), Write, alignof(void *));
  }
  bool isCode(const HcrRel &F) const { return !F || leadsTo(F, 1, Execute, 1); }
  bool isText(const char *Text) const;
  bool isName(const HcrRel &F) const {
    return F && isText(reinterpret_cast<const char *>(target(F)));
  }
  bool isNameOrNone(const HcrRel &F) const { return !F || isName(F); }
  /// Rows that are there as a whole.
  template <class Row>
  bool rows(const HcrRel &Field, uint32_t Count, Range<Row> &Out) const {
    Out = {nullptr, 0};
    if (!Field || !Count)
      return true;
    if (!leadsTo(Field, uint64_t(Count) * sizeof(Row), Fixed, alignof(Row)))
      return false;
    Out = {reinterpret_cast<const Row *>(target(Field)), Count};
    return true;
  }
  const char *checkHead();
  const char *checkProcs();
  const char *checkGlobals();
  const char *checkGlobal(const HcrGlobal &G);
  const char *checkFixups();
  const char *checkUses();
  const char *checkTypes();
  bool takeType(const HcrRel &Field);
  bool checkFields(const HcrType &Type);

  const HcrModuleTable &T;
  const std::vector<sys::Segment> &Segments;
  std::unordered_set<const HcrType *> SeenTypes;
  std::vector<const HcrType *> OpenTypes;
};

} // namespace

bool TableChecker::holds(const void *Address, uint64_t Size, Access A) const {
  auto *At = static_cast<const char *>(Address);
  for (const sys::Segment &S : Segments)
    if (S.holds(At) && Size <= static_cast<uint64_t>(S.End - At))
      return A == Read || (A == Fixed   ? !S.Writes
                           : A == Write ? S.Writes
                                        : S.Executes);
  return false;
}

bool TableChecker::isText(const char *Text) const {
  for (const sys::Segment &S : Segments)
    if (S.holds(Text) && !S.Writes)
      return memchr(Text, 0, static_cast<size_t>(S.End - Text));
  return false;
}

const char *TableChecker::checkHead() {
  if (!isName(T.Name) || !isNameOrNone(T.Root))
    return "no name of its module";
  if (T.State && !hasState())
    return "no place for its state";
  if (!isCell(T.ExitHandle) || !isCode(T.CreateTypeInfos) ||
      !isCode(T.DatInit) || !isCode(T.Init))
    return "an entry point outside of it";
  if (!T.Imports)
    return nullptr;
  // `const char *[]`, ended by an empty string.
  for (uintptr_t At = target(T.Imports);; At += sizeof(char *)) {
    auto *Place = reinterpret_cast<const char *const *>(At);
    if (At % alignof(char *) || !holds(Place, sizeof(char *), Read) ||
        !isText(*Place))
      return "a list of imported modules that does not end";
    if (!**Place)
      return nullptr;
  }
}

const char *TableChecker::checkProcs() {
  Range<HcrProc> Procs;
  Range<HcrProcImport> Imports;
  if (!rows(T.Procs, T.ProcCount, Procs) ||
      !rows(T.ProcImports, T.ProcImportCount, Imports))
    return "a list of functions that reaches outside of it";
  for (const HcrProc &P : Procs) {
    if (!isName(P.Name))
      return "a function without a name";
    if (!isCode(P.Body) || !isCode(P.Entry))
      return "a function whose code lies outside of it";
    if (!isCell(P.Slot) || !isCell(P.Address))
      return "a function whose slot lies outside of it";
  }
  for (const HcrProcImport &I : Imports)
    if (!isName(I.Name) || !isCell(I.Slot) || !isCell(I.Address))
      return "an imported function whose slot lies outside of it";
  return nullptr;
}

const char *TableChecker::checkGlobal(const HcrGlobal &G) {
  if (!isName(G.Name) || !isNameOrNone(G.TypeName))
    return "a variable without a name";
  if (!isCell(G.Pointer) || !isCode(G.Destroy) ||
      (G.Fresh && !leadsTo(G.Fresh, 1, Write, 1)))
    return "a variable whose pointer lies outside of it";
  if (G.Initial && !leadsTo(G.Initial, G.Size, Read, 1))
    return "a variable whose initial value lies outside of it";
  if (G.Align & (G.Align - 1))
    return "a variable of no possible alignment";
  if (!takeType(G.Type))
    return "a variable of a type outside of it";
  if (!G.Virtuals)
    return nullptr;
  if (!leadsTo(G.Virtuals, sizeof(HcrVirtuals), Fixed, alignof(HcrVirtuals)))
    return "a vtable that nobody describes";
  auto *V = reinterpret_cast<const HcrVirtuals *>(target(G.Virtuals));
  // The entries are the initial value's, with the room and one more.
  if (!holds(V + 1, uint64_t(V->Count) * sizeof(uint32_t), Fixed) ||
      G.Size / sizeof(void *) < V->Count)
    return "a vtable that is larger than what describes it";
  return nullptr;
}

const char *TableChecker::checkGlobals() {
  Range<HcrGlobal> Globals;
  Range<HcrGlobalImport> Imports;
  if (!rows(T.Globals, T.GlobalCount, Globals) ||
      !rows(T.GlobalImports, T.GlobalImportCount, Imports))
    return "a list of variables that reaches outside of it";
  for (const HcrGlobal &G : Globals)
    if (const char *Why = checkGlobal(G))
      return Why;
  for (const HcrGlobalImport &I : Imports)
    if (!isName(I.Name) || !isCell(I.Pointer))
      return "an imported variable whose pointer lies outside of it";
  return nullptr;
}

const char *TableChecker::checkFixups() {
  Range<HcrFixup> Fixups;
  Range<HcrHandler> Handlers;
  if (!rows(T.Fixups, T.FixupCount, Fixups) ||
      !rows(T.Handlers, T.HandlerCount, Handlers))
    return "a list of addresses or handlers that reaches outside of it";
  const uint32_t Counts[] = {
      T.Procs ? T.ProcCount : 0, T.ProcImports ? T.ProcImportCount : 0,
      T.Globals ? T.GlobalCount : 0, T.GlobalImports ? T.GlobalImportCount : 0};
  for (const HcrFixup &F : Fixups)
    if (!F.Place || !leadsTo(F.Place, sizeof(void *), Write, 1) ||
        (F.Symbol & 0x3fffffff) >= Counts[F.Symbol >> 30])
      return "an address in data that leads nowhere";
  for (const HcrHandler &H : Handlers)
    if (!H.Function || !isCode(H.Function))
      return "a handler whose code lies outside of it";
  return nullptr;
}

/// What a use names is looked up within bounds by who asks.
const char *TableChecker::checkUses() {
  Range<HcrUse> Uses;
  Range<HcrUsedType> Types;
  Range<HcrMigrator> Migrators;
  if (!rows(T.Uses, T.UseCount, Uses) ||
      !rows(T.UsedTypes, T.UsedTypeCount, Types) ||
      !rows(T.Migrators, T.MigratorCount, Migrators))
    return "a list of used types that reaches outside of it";
  for (const HcrUsedType &U : Types)
    if (!isName(U.Name))
      return "a used type whose name lies outside of it";
  for (const HcrMigrator &M : Migrators)
    if (!isName(M.Type) || !M.Function || !isCode(M.Function))
      return "a function of HCR_MIGRATE that lies outside of it";
  return nullptr;
}

bool TableChecker::takeType(const HcrRel &Field) {
  if (!Field)
    return true;
  if (!leadsTo(Field, sizeof(HcrType), Fixed, alignof(HcrType)))
    return false;
  auto *Type = reinterpret_cast<const HcrType *>(target(Field));
  if (SeenTypes.insert(Type).second)
    OpenTypes.push_back(Type);
  return true;
}

bool TableChecker::checkFields(const HcrType &Type) {
  Range<HcrField> Fields;
  if (!isNameOrNone(Type.Name) || (Type.FieldCount && !Type.Fields) ||
      !rows(Type.Fields, Type.FieldCount, Fields))
    return false;
  for (const HcrField &F : Fields)
    if (!isNameOrNone(F.Name) || !F.Type || !takeType(F.Type))
      return false;
  return true;
}

/// Those of the table, and what they and the variables lead to.
const char *TableChecker::checkTypes() {
  Range<HcrType> Types;
  if (!rows(T.Types, T.TypeCount, Types))
    return "a list of types that reaches outside of it";
  for (const HcrType &Type : Types)
    if (SeenTypes.insert(&Type).second)
      OpenTypes.push_back(&Type);
  while (!OpenTypes.empty()) {
    const HcrType *Type = OpenTypes.back();
    OpenTypes.pop_back();
    if (!checkFields(*Type))
      return "a type whose parts lie outside of it";
  }
  return nullptr;
}

Error TableChecker::check() {
  for (auto Step : {&TableChecker::checkHead, &TableChecker::checkProcs,
                    &TableChecker::checkGlobals, &TableChecker::checkFixups,
                    &TableChecker::checkUses, &TableChecker::checkTypes})
    if (const char *Why = (this->*Step)())
      return Error(format("has %s", Why));
  return Error();
}

uint32_t *stateOf(const HcrModuleTable &T,
                  const std::vector<sys::Segment> &Segments) {
  return TableChecker(T, Segments).hasState() ? follow<uint32_t>(T.State)
                                              : nullptr;
}

Error checkTables(const Range<HcrModuleTable> &Tables,
                  const std::vector<sys::Segment> &Segments) {
  bool Inside = false;
  for (const sys::Segment &S : Segments) {
    auto *Begin = reinterpret_cast<const char *>(Tables.begin());
    Inside |= S.holds(Begin) &&
              Tables.size() <=
                  static_cast<size_t>(S.End - Begin) / sizeof(HcrModuleTable);
  }
  if (!Inside)
    return Error("has tables outside of it");
  for (const HcrModuleTable &Table : Tables)
    if (Table.Magic == HCR_ABI_MAGIC && Table.Version == HCR_ABI_VERSION &&
        Table.Size == sizeof(HcrModuleTable))
      if (Error E = TableChecker(Table, Segments).check())
        return E;
  return Error();
}

} // namespace hcr
