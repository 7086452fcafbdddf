// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Text.h"

#include "Hash.h"

#include <cstdio>
#include <cstdlib>

// Present in any program with a C++ library, absent in plain C.
extern "C" [[gnu::weak]] char *__cxa_demangle(const char *Name, char *Buffer,
                                              size_t *Size, int *Status);

namespace hcr {

std::string formatList(const char *Pattern, va_list Arguments) {
  va_list Again;
  va_copy(Again, Arguments);
  int Size = vsnprintf(nullptr, 0, Pattern, Arguments);
  std::string Text(Size > 0 ? static_cast<size_t>(Size) : 0, '\0');
  if (Size > 0)
    vsnprintf(Text.data(), Text.size() + 1, Pattern, Again);
  va_end(Again);
  return Text;
}

std::string format(const char *Pattern, ...) {
  va_list Arguments;
  va_start(Arguments, Pattern);
  std::string Text = formatList(Pattern, Arguments);
  va_end(Arguments);
  return Text;
}

std::string demangle(std::string_view Name) {
  std::string Copy(Name);
  if (!Name.starts_with("_Z") || !__cxa_demangle)
    return Copy;
  int Status = 0;
  char *Plain = __cxa_demangle(Copy.c_str(), nullptr, nullptr, &Status);
  if (!Plain)
    return Copy;
  Copy = Plain;
  free(Plain);
  return Copy;
}

/// Length of the UTF-8 sequence at Text[At], 0 if it is none. File names are
/// bytes; only proper sequences may stand in JSON as they are.
static size_t sequenceLength(std::string_view Text, size_t At) {
  auto Byte = static_cast<unsigned char>(Text[At]);
  size_t Size = Byte >= 0xc2 && Byte < 0xe0   ? 2
                : Byte >= 0xe0 && Byte < 0xf0 ? 3
                : Byte >= 0xf0 && Byte < 0xf5 ? 4
                                              : 0;
  if (!Size || At + Size > Text.size())
    return 0;
  for (size_t I = 1; I < Size; ++I)
    if ((static_cast<unsigned char>(Text[At + I]) & 0xc0) != 0x80)
      return 0;
  return Size;
}

std::string quoteJson(std::string_view Text) {
  std::string Out = "\"";
  for (size_t I = 0; I < Text.size();) {
    auto Byte = static_cast<unsigned char>(Text[I]);
    if (Byte == '"' || Byte == '\\') {
      Out += '\\';
      Out += Text[I++];
    } else if (Byte == '\n') {
      Out += "\\n";
      ++I;
    } else if (Byte >= 0x20 && Byte < 0x7f) {
      Out += Text[I++];
    } else if (size_t Size = sequenceLength(Text, I)) {
      Out.append(Text.substr(I, Size));
      I += Size;
    } else {
      Out += format("\\u%04x", Byte);
      ++I;
    }
  }
  return Out + "\"";
}

std::string flatten(std::string_view Module) {
  std::string Flat(Module);
  for (char &C : Flat)
    if (C == '/')
      C = '~';
  // File systems allow 255 bytes; generation and suffix want some of them.
  constexpr size_t Longest = 200;
  if (Flat.size() > Longest)
    Flat = Flat.substr(Flat.size() - Longest) +
           format("~%016llx", static_cast<unsigned long long>(
                                  hashBytes(Module.data(), Module.size())));
  return Flat;
}

} // namespace hcr
