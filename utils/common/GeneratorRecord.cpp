// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "GeneratorRecord.h"
#include "../../pass/NamesFormat.h"
#include "CompileRecord.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace llvm;
namespace path = llvm::sys::path;

namespace hcr {

bool isNimOutput(StringRef Source) {
  return isGeneratedByNim(Source) || isNimsCpp(Source);
}

bool isNim(StringRef Executable) {
  StringRef Name = path::filename(Executable);
  return Name.consume_front("nim") && (Name.empty() || !isAlpha(Name.front()));
}

std::string GeneratorRecord::text() const {
  return recordText({Module, Executable, Directory}, Arguments);
}

std::optional<GeneratorRecord> GeneratorRecord::parse(StringRef Text) {
  SmallVector<StringRef, 32> Fields;
  Text.split(Fields, RecordSeparator);
  if (Fields.size() < 3 || !isModuleName(Fields[0]) ||
      !path::is_absolute(Fields[1]) || !path::is_absolute(Fields[2]))
    return std::nullopt;
  GeneratorRecord R;
  R.Module = Fields[0];
  R.Executable = Fields[1];
  R.Directory = Fields[2];
  R.Arguments.assign(Fields.begin() + 3, Fields.end());
  return R;
}

} // namespace hcr
