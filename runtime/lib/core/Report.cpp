// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Report.h"

#include "../sys/Process.h"
#include "Text.h"

#include <cinttypes>

namespace hcr {

Stopwatch::Stopwatch(uint64_t &Phase) : Phase(Phase), Start(sys::now()) {}
Stopwatch::~Stopwatch() { Phase += sys::now() - Start; }

static std::string quoteAll(const std::vector<std::string> &List) {
  std::string Out = "[";
  for (const std::string &Item : List)
    Out += (Out.size() > 1 ? ", " : "") + quoteJson(Item);
  return Out + "]";
}

static std::string json(const ModuleReport &M) {
  return format("{\"name\": %s, \"functions\": %s, \"added\": %u, \"removed\": "
                "%u, \"changed\": %u, \"bytes\": %" PRIu64 "}",
                quoteJson(M.Name).c_str(), quoteAll(M.Functions).c_str(),
                M.Added, M.Removed, M.Changed, M.Bytes);
}

std::string Report::json() const {
  const char *Name = Result == Outcome::Reloaded     ? "reloaded"
                     : Result == Outcome::Unchanged  ? "unchanged"
                     : Result == Outcome::RolledBack ? "rolled_back"
                                                     : "refused";
  std::string List;
  for (const ModuleReport &M : Modules)
    List += (List.empty() ? "" : ", ") + hcr::json(M);
  std::string Times = format("{\"find\": %" PRIu64 ", \"load\": %" PRIu64
                             ", \"check\": %" PRIu64 ", \"bind\": %" PRIu64
                             ", \"commit\": %" PRIu64 ", \"handlers\": %" PRIu64
                             "}, \"total_ns\": %" PRIu64,
                             Took.Find, Took.Load, Took.Check, Took.Bind,
                             Took.Commit, Took.Handlers, Took.Total);
  return format("{\"version\": 1, \"pid\": %d, \"generation\": %" PRIdPTR
                ", \"result\": \"%s\", ",
                sys::processId(), Generation, Name) +
         "\"message\": " + quoteJson(Message) +
         ", \"notes\": " + quoteAll(Notes) + ", \"modules\": [" + List +
         "], \"phases_ns\": " + Times + "}";
}

} // namespace hcr
