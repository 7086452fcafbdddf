// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One name, two definitions: what a linker calls a duplicate symbol.
//
// A source that somebody copied would otherwise take over the functions of
// the one it was copied from. Refused is only what this reload would bring
// about: a module starts to define what another one of the same host image
// goes on defining. A definition that moves leaves the one module as it comes
// to the other, also when each is reloaded in its own time; inline functions,
// weak and common definitions are many by nature; and between host images the
// dynamic linker knows no duplicates either.
#include "Transaction.h"

#include <algorithm>

namespace hcr {

namespace {

// What is asked of both kinds of symbols, in the same words.
struct ProcKind {
  using Row = HcrProc;
  using Symbol = ProcSymbol;
  static constexpr const char *Word = "";
  static Range<HcrProc> rows(const HcrModuleTable &T) { return procsOf(T); }
  static const std::vector<ProcSymbol *> &symbols(const Version &V) {
    return V.Procs;
  }
  static SymbolTable<ProcSymbol> &table(Runtime &R) { return R.Procs; }
  // Direct ones may be weak. (What else is direct is bound by the linker.)
  static bool isOnly(const HcrProc &P) {
    return !(P.Flags & (HCR_PROC_INLINE | HCR_PROC_THREAD_LOCAL |
                        HCR_PROC_DIRECT | HCR_PROC_WEAK_DEFINITION));
  }
};

struct GlobalKind {
  using Row = HcrGlobal;
  using Symbol = GlobalSymbol;
  static constexpr const char *Word = "the variable ";
  static Range<HcrGlobal> rows(const HcrModuleTable &T) { return globalsOf(T); }
  static const std::vector<GlobalSymbol *> &symbols(const Version &V) {
    return V.Globals;
  }
  static SymbolTable<GlobalSymbol> &table(Runtime &R) { return R.Globals; }
  static bool isOnly(const HcrGlobal &G) {
    return !(G.Flags & HCR_GLOBAL_INLINE);
  }
};

} // namespace

/// Does the module's version claim to be the only definer of a symbol?
template <class Kind>
static bool defines(const Version *V, Owner Of, std::string_view Name) {
  if (!V || !V->Table)
    return false;
  for (const auto &Row : Kind::rows(*V->Table))
    if (Kind::isOnly(Row) && ownerFor(Row.Flags, *V->Of) == Of &&
        nameOf(Row.Name) == Name)
      return true;
  return false;
}

/// Definitions there will be, of any signature.
template <class Symbol>
static size_t countNext(const SymbolTable<Symbol> &Table, const Symbol &S) {
  size_t Count = 0;
  for (const Symbol *Any = Table.find(S.Of, S.Name); Any; Any = Any->Next)
    Count += Any->countNext();
  return Count;
}

template <class Kind> static Error check(Transaction &T, const Version &V) {
  Range<typename Kind::Row> Rows = Kind::rows(*V.Table);
  for (size_t I = 0; I < Rows.size(); ++I) {
    const typename Kind::Symbol &S = *Kind::symbols(V)[I];
    if (!Kind::isOnly(Rows[I]) || S.Of == V.Of ||
        countNext(Kind::table(T.R), S) < 2 ||
        defines<Kind>(V.Of->Current, S.Of, S.Name))
      continue;
    for (const auto &Other : T.R.Loaded.All)
      if (Other.get() != V.Of && Other->Host == V.Of->Host &&
          defines<Kind>(versionNext(T, *Other), S.Of, S.Name))
        return Error(format("%s: defines %s'%s', and so does %s; keep one of "
                            "them, or make one static",
                            V.Of->Name.c_str(), Kind::Word,
                            demangle(S.Name).c_str(), Other->Name.c_str()));
  }
  return Error();
}

Error checkDuplicates(Transaction &T, Version &V) {
  // What the system loaded, its linker has checked.
  if (!V.Table || V.Permanent)
    return Error();
  if (Error E = check<ProcKind>(T, V))
    return E;
  return check<GlobalKind>(T, V);
}

} // namespace hcr
