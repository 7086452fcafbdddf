// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Log.h"

#include "Text.h"

namespace hcr {

void Log::open(const char *Where) {
  if (!Where)
    return;
  std::string_view Name = Where;
  if (Name == "1" || Name == "stderr") {
    Descriptor = 2;
  } else {
    Path = Name;
    Descriptor = sys::openAppending(Where);
    File = sys::identifyDescriptor(Descriptor);
  }
  On = Descriptor >= 0;
}

void Log::operator()(const char *Pattern, ...) {
  if (!enabled())
    return;
  va_list Arguments;
  va_start(Arguments, Pattern);
  std::string Line = "hcr: " + formatList(Pattern, Arguments) + "\n";
  va_end(Arguments);
  write(Line);
}

void Log::write(std::string_view Line) {
  sys::Guard G(Lock);
  // A program that closes all descriptors and opens its own must not find a
  // trace in its file.
  if (!Path.empty() && !sys::stillIs(Descriptor, File)) {
    Descriptor = sys::openAppending(Path.c_str());
    File = sys::identifyDescriptor(Descriptor);
  }
  if (Descriptor >= 0)
    sys::writeQuietly(Descriptor, Line.data(), Line.size());
}

} // namespace hcr
