// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Names.h"

namespace hcr::nim {

static bool isDigit(char C) { return C >= '0' && C <= '9'; }

/// Behind the hash: `_2` of `…Gg_2system`.
static void addWithoutConflict(std::string &Key, std::string_view Hash) {
  size_t At = Hash.find('_');
  size_t End = At == std::string_view::npos ? At : At + 1;
  while (End < Hash.size() && isDigit(Hash[End]))
    ++End;
  if (At == std::string_view::npos || End == At + 1) {
    Key += Hash;
    return;
  }
  Key += Hash.substr(0, At);
  Key += Hash.substr(End);
}

void parse(std::string_view Raw, Name &Out) {
  constexpr std::string_view Mark = "___"; // in front of the hash
  Out.Key.assign(Raw);
  Out.Counter = 0;
  size_t At = Raw.rfind(Mark);
  if (At == std::string_view::npos)
    return;
  size_t Digits = At;
  while (Digits > 0 && isDigit(Raw[Digits - 1]))
    --Digits;
  size_t End = Digits; // of the name in front of `_31`, `_u31` in Nim 2
  if (End > 1 && Raw[End - 1] == 'u' && Raw[End - 2] == '_')
    --End;
  if (Digits == At || End < 2 || Raw[End - 1] != '_')
    return;
  for (size_t I = Digits; I < At; ++I)
    Out.Counter = Out.Counter * 10 + static_cast<uint32_t>(Raw[I] - '0');
  Out.Key.resize(End - 1);
  Out.Key += Mark;
  addWithoutConflict(Out.Key, Raw.substr(At + Mark.size()));
}

bool isNodeStorage(std::string_view Raw) { return Raw.starts_with("TM__"); }

std::string_view typeName(std::string_view Raw) {
  constexpr std::string_view Mark = "NTI", Object = "58objecttype";
  if (!Raw.starts_with(Mark))
    return {};
  Raw.remove_prefix(Mark.size());
  Raw = Raw.substr(0, Raw.find("__"));
  if (Raw.ends_with(Object)) // of `ref object`
    Raw.remove_suffix(Object.size());
  return Raw;
}

std::string sourceName(std::string_view Key) {
  size_t Hash = Key.rfind("___");
  std::string_view Front = Key.substr(0, Hash);
  size_t Module = Front.rfind("__");
  if (Hash == std::string_view::npos || Module == std::string_view::npos)
    return std::string(Key);
  std::string Result(Front.substr(Module + 2));
  Result += '.';
  Result += Front.substr(0, Module);
  return Result;
}

std::string moduleName(std::string_view Path) {
  Path.remove_prefix(Path.rfind('/') + 1);
  if (Path.starts_with("lib"))
    Path.remove_prefix(3);
  if (Path.starts_with("@m"))
    Path.remove_prefix(2);
  Path = Path.substr(0, Path.find(".nim.c"));
  std::string Result;
  for (size_t I = 0; I < Path.size(); ++I)
    if (Path.substr(I).starts_with("@s")) {
      Result += '/';
      ++I;
    } else {
      Result += Path[I];
    }
  return Result;
}

} // namespace hcr::nim
