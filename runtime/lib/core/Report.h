// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a reload did, for people and for tools (docs/Abi.md, `status`).
#ifndef HCR_CORE_REPORT_H
#define HCR_CORE_REPORT_H

#include <cstdint>
#include <string>
#include <vector>

namespace hcr {

enum class Outcome {
  RolledBack = -2,
  Refused = -1,
  Unchanged = 0,
  Reloaded = 1
};

/// Nanoseconds of each phase.
struct Phases {
  uint64_t Find = 0, Load = 0, Check = 0, Bind = 0, Commit = 0, Handlers = 0;
  uint64_t Total = 0;
};

struct ModuleReport {
  std::string Name;
  std::vector<std::string> Functions; // demangled, changed and added
  unsigned Added = 0, Removed = 0, Changed = 0;
  uint64_t Bytes = 0;
};

struct Report {
  Outcome Result = Outcome::Unchanged;
  intptr_t Generation = 0;
  std::string Message;
  std::vector<std::string> Notes;
  std::vector<ModuleReport> Modules;
  Phases Took;

  std::string json() const;
};

/// Adds the time of a scope to a phase.
class Stopwatch {
public:
  explicit Stopwatch(uint64_t &Phase);
  ~Stopwatch();
  Stopwatch(const Stopwatch &) = delete;
  Stopwatch &operator=(const Stopwatch &) = delete;

private:
  uint64_t &Phase, Start;
};

} // namespace hcr

#endif
