// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "NimNames.h"
#include "../../pass/NamesFormat.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include <utility>

using namespace llvm;

namespace hcr {

// What Nim writes for characters that C has not in its names.
static constexpr std::pair<StringLiteral, char> Characters[] = {
    {"dollar", '$'}, {"percent", '%'},    {"amp", '&'},   {"roof", '^'},
    {"emark", '!'},  {"qmark", '?'},      {"star", '*'},  {"plus", '+'},
    {"minus", '-'},  {"backslash", '\\'}, {"slash", '/'}, {"eq", '='},
    {"lt", '<'},     {"gt", '>'},         {"tilde", '~'}, {"colon", ':'},
    {"dot", '.'},    {"at", '@'},         {"bar", '|'}};

// The front of a name that begins with such characters.
static std::string withCharacters(StringRef Name) {
  std::string Result;
  while (!Name.empty()) {
    uint8_t Code = 0;
    auto *Known = find_if(Characters, [&](const auto &Each) {
      return Name.starts_with(Each.first);
    });
    if (Known != std::end(Characters)) {
      Result += Known->second;
      Name = Name.drop_front(Known->first.size());
    } else if (Name.size() >= 3 && Name[0] == 'X' &&
               !Name.substr(1, 2).getAsInteger(16, Code)) {
      Result += char(Code);
      Name = Name.drop_front(3);
    } else {
      break;
    }
  }
  return Result + Name.str();
}

// Three underscores: a name with such characters, then its module.
static std::string nameIn(StringRef Symbol) {
  auto [Name, Module] = Symbol.split("___");
  return Module.empty() ? Symbol.split("__").first.str() : withCharacters(Name);
}

std::string nimSourceOf(StringRef Output) {
  StringRef Name = sys::path::stem(sys::path::filename(Output));
  if (!Name.consume_front("@m"))
    return "";
  std::string Path;
  while (!Name.empty()) {
    auto [Plain, Rest] = Name.split('@');
    Path += Plain;
    Name = Rest.drop_front(Rest.empty() ? 0 : 1);
    if (!Rest.empty())
      Path += Rest[0] == 's'   ? '/'
              : Rest[0] == 'h' ? '#'
              : Rest[0] == 'c' ? ':'
                               : Rest[0];
  }
  return Path;
}

// What lies outside of the project by its own name.
static std::string fileInNim(StringRef Output) {
  std::string Path = nimSourceOf(Output);
  if (Path.empty())
    return Output.str();
  return StringRef(Path).starts_with("../") ? sys::path::filename(Path).str()
                                            : Path;
}

static std::string wordInNim(StringRef Word) {
  if (isGeneratedByNim(Word))
    return fileInNim(Word);
  for (StringRef Helper : {".first_use", ".initialise"})
    Word.consume_back(Helper);
  StringRef Symbol = withoutMark(Word);
  if (StringRef Type = Symbol;
      Type.consume_front("tyObject_") || Type.consume_front("tyTuple_")) {
    std::string Name = Type.split("__").first.str();
    return StringRef(Name).rtrim('_').split("colonObjectType").first.str();
  }
  if (Symbol.ends_with("dotnim_DatInit000"))
    return "type information";
  if (Symbol.ends_with("dotnim_Init000"))
    return "top-level code";
  return withoutNumber(Symbol).empty() || !Symbol.contains("__")
             ? Word.str()
             : nameIn(Symbol);
}

std::string inNim(StringRef Text) {
  auto IsInWord = [](char C) {
    return isAlnum(C) || StringRef("_.@/-+").contains(C);
  };
  std::string Result;
  while (!Text.empty()) {
    StringRef Word = Text.take_while(IsInWord);
    StringRef Rest = Text.drop_front(std::max<size_t>(Word.size(), 1));
    if (Word.empty()) {
      Result += Text.front();
    } else {
      StringRef End = Word.drop_front(Word.rtrim('.').size());
      Result += wordInNim(Word.drop_back(End.size())) + End.str();
    }
    Text = Rest;
  }
  return Result;
}

} // namespace hcr
