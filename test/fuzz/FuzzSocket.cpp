// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Any bytes to the control socket: each line gets one line of JSON.
#include "core/Control.h"
#include "core/Reload.h"

#include <cstdlib>
#include <filesystem>

using namespace hcr;

/// One line of printable text, braces and quotes balanced.
static void checkJson(std::string_view Text) {
  int Depth = 0;
  bool InString = false;
  for (size_t I = 0; I < Text.size(); ++I) {
    char C = Text[I];
    if (static_cast<unsigned char>(C) < 0x20 || C == 0x7f)
      abort();
    if (InString && C == '\\')
      ++I;
    else if (C == '"')
      InString = !InString;
    else if (!InString && (C == '{' || C == '['))
      ++Depth;
    else if (!InString && (C == '}' || C == ']'))
      --Depth;
    if (Depth < 0)
      abort();
  }
  if (Depth || InString || Text.empty() || Text.front() != '{')
    abort();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  static Runtime &R = *[] {
    char Name[] = "/tmp/hcr-fuzz-XXXXXX";
    Config C;
    C.Directory = mkdtemp(Name);
    static std::string Path = C.Directory;
    atexit([] { std::filesystem::remove_all(Path); });
    return new Runtime(C);
  }();
  std::string_view Rest(reinterpret_cast<const char *>(Data), Size);
  for (int Lines = 0; !Rest.empty() && Lines < 20; ++Lines) {
    size_t End = Rest.find('\n');
    checkJson(answer(R, Rest.substr(0, End)));
    Rest.remove_prefix(End == std::string_view::npos ? Rest.size() : End + 1);
  }
  return 0;
}
