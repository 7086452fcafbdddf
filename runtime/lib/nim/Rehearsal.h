// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What new versions will register and look up, before anything is changed.
//
// Nim's shared objects have no tables: what they define and need is known only
// by running HcrCreateTypeInfos and DatInit000. Both consist of registrations,
// look-ups and stores into what those gave. So they run once with storage that
// is thrown away; what is missing or has another layout refuses the reload, and
// the names are known before the run that counts.
#ifndef HCR_NIM_REHEARSAL_H
#define HCR_NIM_REHEARSAL_H

#include "../core/Error.h"
#include "../core/Symbols.h"
#include "Names.h"

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace hcr::nim {

struct Program;
struct Version;

class Rehearsal {
public:
  explicit Rehearsal(Program &P) : P(P) {}
  ~Rehearsal();
  Rehearsal(const Rehearsal &) = delete;
  Rehearsal &operator=(const Rehearsal &) = delete;

  // What the registrations and look-ups of Register.cpp do meanwhile.
  void registerProc(Owner Of, const Name &N);
  void lookUpProc(Owner Of, const Name &N);
  void *registerGlobal(Owner Of, const Name &N, size_t Size);
  void *lookUpGlobal(Owner Of, const Name &N);

  /// Everything is there and types are as they were. Notes: what is not, and
  /// is accepted.
  Error check(std::vector<std::string> &Notes) const;

  /// The names of one key that new versions register.
  struct Named {
    Owner Of;
    std::string Key;
    std::vector<uint32_t> Counters;
  };
  std::deque<Named> Names;

private:
  struct Missing {
    Version *By;
    Owner Of;
    std::string Key;
    uint32_t Counter;
  };
  struct Scratch {
    Owner Of;
    std::string Key;
    void *Storage;
    size_t Size;
  };
  void *scratch(Owner Of, const Name &N, size_t Size);
  /// Of a module that stays as it is.
  bool stays(Owner Of) const;
  /// A version that runs later registered it: modules have procs of others,
  /// inline ones and copies of generic ones.
  bool cameLater(const Missing &M) const;
  Error checkTypes(std::vector<std::string> &Notes) const;

  Program &P;
  std::unordered_map<std::string, Named *> ByKey;
  std::unordered_map<std::string, void *> Globals;
  std::vector<Scratch> Storage;
  std::vector<Missing> NotThere;
};

} // namespace hcr::nim

#endif
