// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Addresses of code as people know them.
#ifndef HCR_CORE_SYMBOLIZE_H
#define HCR_CORE_SYMBOLIZE_H

#include "Runtime.h"

namespace hcr {

struct CrashStory;
struct FunctionSymbol;

/// Reads the file of each object once; R.Lock is not held.
class Symbolizer {
public:
  explicit Symbolizer(Runtime &R);
  ~Symbolizer();

  /// "step(World&) (src/world.cpp, generation 3)", "memcpy (libc.so.6)", or the
  /// address where nobody has a name for it.
  std::string name(uintptr_t Address);
  /// "SIGSEGV (address 0x0) in step (src/step.c, generation 3)".
  std::string crash(const CrashStory &Story);
  /// A line for each frame, each with a newline in front.
  std::string frames(const CrashStory &Story);

private:
  struct Object;
  const Object *objectOf(uintptr_t Address);
  bool isOwn(uintptr_t Address);
  static const FunctionSymbol *functionAt(const Object &O, uintptr_t Address);
  std::string moduleOf(const Object &O, const FunctionSymbol &F,
                       std::string_view Symbol) const;

  Runtime &R;
  std::vector<std::unique_ptr<Object>> Objects;
};

} // namespace hcr

#endif
