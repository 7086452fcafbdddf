// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "SymbolNames.h"
#include "../../pass/NamesFormat.h"
#include "Report.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;

namespace hcr {

ModuleSymbols parseSymbols(StringRef Lines, char Separator) {
  ModuleSymbols Result;
  for (StringRef Line : split(Lines, Separator)) {
    SmallVector<StringRef, 4> Words;
    Line.split(Words, ' ');
    NamedSymbol S;
    if (Words.size() != 4 || Words[0].size() != 1 ||
        !StringRef("fvFVt").contains(Words[0]) ||
        Words[2].getAsInteger(16, S.Type) ||
        Words[3].getAsInteger(16, S.Content))
      continue;
    S.Name = Words[1];
    S.IsFunction = toLower(Words[0][0]) == 'f';
    S.IsStatic = isUpper(Words[0][0]);
    S.IsTransient = Words[0] == "t";
    Result.push_back(std::move(S));
  }
  return Result;
}

namespace {

// Symbols whose names differ in the number alone.
class Group {
public:
  SmallVector<const NamedSymbol *, 2> Old, New; // in the order of the sources

  Error match(StringRef Name, OtherNames &Result);

private:
  using Key = uint64_t (*)(const NamedSymbol &);
  using Positions = std::map<uint64_t, SmallVector<size_t, 2>>;
  // Of those that have no partner yet.
  Positions freeOnes(ArrayRef<const NamedSymbol *> List,
                     ArrayRef<std::optional<size_t>> Partners, Key K) const;
  void pair(size_t O, size_t N) {
    OfOld[O] = N;
    OfNew[N] = O;
  }
  void pairEqualOnes();
  bool pairByType();
  bool pairVariables();
  bool pairAll(bool IsLoaded, bool WithTransients);
  std::string newNameFor(const NamedSymbol &S) const;
  size_t anchorBefore(ArrayRef<std::optional<size_t>> Partners, size_t At,
                      bool IsOld) const;

  static constexpr size_t Nobody = ~size_t(0);
  SmallVector<std::optional<size_t>, 2> OfOld, OfNew; // partners
};

} // namespace

Group::Positions Group::freeOnes(ArrayRef<const NamedSymbol *> List,
                                 ArrayRef<std::optional<size_t>> Partners,
                                 Key K) const {
  Positions Result;
  for (auto [I, S] : enumerate(List))
    if (!Partners[I])
      Result[K(*S)].push_back(I);
  return Result;
}

// Equal type, equal code. Functions that are equal may stand for each other;
// which variable is which matters, so as many as before must be there.
void Group::pairEqualOnes() {
  Key K = [](const NamedSymbol &S) -> uint64_t {
    return hash_combine(S.Type, S.Content);
  };
  Positions Others = freeOnes(New, OfNew, K);
  for (auto &[Hash, Mine] : freeOnes(Old, OfOld, K)) {
    auto &Theirs = Others[Hash];
    if (Old[Mine[0]]->IsFunction || Mine.size() == Theirs.size())
      for (auto [O, N] : zip(Mine, Theirs))
        pair(O, N);
  }
}

// The partner of the last one before At that has one; 0: there is none.
size_t Group::anchorBefore(ArrayRef<std::optional<size_t>> Partners, size_t At,
                           bool IsOld) const {
  while (At-- != 0)
    if (Partners[At] && *Partners[At] != Nobody)
      return (IsOld ? At : *Partners[At]) + 1;
  return 0;
}

// Equal type, other code: who stands between the same neighbours. False: more
// than one does.
bool Group::pairByType() {
  Key K = [](const NamedSymbol &S) { return S.Type; };
  Positions Others = freeOnes(New, OfNew, K);
  auto BeforeOfOld = OfOld, BeforeOfNew = OfNew;
  for (auto &[Type, Mine] : freeOnes(Old, OfOld, K)) {
    auto Found = Others.find(Type);
    if (Found == Others.end())
      continue;
    auto &Theirs = Found->second;
    if (Mine.size() == 1 && Theirs.size() == 1) {
      pair(Mine[0], Theirs[0]);
      continue;
    }
    std::map<size_t, std::pair<SmallVector<size_t, 2>, SmallVector<size_t, 2>>>
        Gaps;
    for (size_t O : Mine)
      Gaps[anchorBefore(BeforeOfOld, O, true)].first.push_back(O);
    for (size_t N : Theirs)
      Gaps[anchorBefore(BeforeOfNew, N, false)].second.push_back(N);
    for (auto &[Anchor, Both] : Gaps) {
      auto &[Olds, News] = Both;
      if (Olds.size() == 1 && News.size() == 1)
        pair(Olds[0], News[0]);
      else if (!Olds.empty() && !News.empty())
        return false;
    }
  }
  return true;
}

// A variable of another type is the same one; what becomes of its value is for
// the runtime to say. A function of another type is another one. False: more
// than one variable changed its type.
bool Group::pairVariables() {
  Key K = [](const NamedSymbol &S) { return uint64_t(S.IsFunction); };
  auto Mine = freeOnes(Old, OfOld, K)[0], Theirs = freeOnes(New, OfNew, K)[0];
  if (Mine.empty() || Theirs.empty())
    return true;
  if (Mine.size() != 1 || Theirs.size() != 1)
    return false;
  pair(Mine[0], Theirs[0]);
  return true;
}

std::string Group::newNameFor(const NamedSymbol &S) const {
  std::string Text =
      S.Name + ' ' + utohexstr(S.Type) + ' ' + utohexstr(S.Content);
  for (;; Text += ' ') {
    std::string Name =
        (S.Name + BornLaterMark + utohexstr(xxh3_64bits(Text) & 0xffffff, true))
            .str();
    if (none_of(Old, [&](const NamedSymbol *O) { return O->Name == Name; }))
      return Name;
  }
}

// False: several could be meant.
bool Group::pairAll(bool IsLoaded, bool WithTransients) {
  OfOld.assign(Old.size(), std::nullopt);
  OfNew.assign(New.size(), std::nullopt);
  if (!WithTransients) {
    for (auto [Partner, S] : zip(OfOld, Old))
      if (S->IsTransient)
        Partner = Nobody;
    for (auto [Partner, S] : zip(OfNew, New))
      if (S->IsTransient)
        Partner = Nobody;
  }
  pairEqualOnes();
  // The content of what is loaded from a library says who it is.
  return IsLoaded || (pairByType() && pairVariables());
}

Error Group::match(StringRef Name, OtherNames &Result) {
  bool IsLoaded = Name == LoadedProcPrefix;
  if (!pairAll(IsLoaded, true) && !pairAll(IsLoaded, false))
    return failure(
        "cannot tell which '" + Name.rtrim('_') +
        "' of the new source is which one of the running program: several have "
        "this name, and more than one of them changed; edit one of them at a "
        "time, or give them names of their own");
  for (auto [I, S] : enumerate(New))
    Result[S->Name] =
        OfNew[I] && *OfNew[I] != Nobody ? Old[*OfNew[I]]->Name : newNameFor(*S);
  return Error::success();
}

// The name in all versions.
static StringRef commonName(StringRef Name) {
  return withoutNumber(withoutMark(Name));
}

Expected<OtherNames> matchSymbols(ArrayRef<NamedSymbol> Old,
                                  ArrayRef<NamedSymbol> New) {
  StringMap<Group> Groups;
  for (const NamedSymbol &S : Old)
    Groups[commonName(S.Name)].Old.push_back(&S);
  for (const NamedSymbol &S : New)
    Groups[commonName(S.Name)].New.push_back(&S);
  OtherNames Result;
  Error Failures = Error::success();
  for (auto &Entry : Groups)
    if (!Entry.second.New.empty())
      Failures = joinErrors(std::move(Failures),
                            Entry.second.match(Entry.first(), Result));
  if (Failures)
    return std::move(Failures);
  return std::move(Result);
}

} // namespace hcr
