// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How an object of a type becomes one of the type's new version.
//
//   struct Player {            struct Player {
//     int Lives;                 long Score = 0;     keeps its initial value
//     short Score[2];            long Lives;         Lives, sign extended
//   };                         };                    Score: refused, an array
//                                                    is no number
//
// A member is found again by its name, a base by the name of its class. Its
// value is kept if the new member can hold every value of the old one: the same
// kind of number and not narrower, an unsigned number in a wider signed one, an
// integer in a floating-point number of enough digits, an array in a longer
// one. What is new keeps what the object was filled with before. Everything
// else is refused by name: the user knows what to do (HCR_MIGRATE), we would
// guess.
//
// Only types that C++ allows to be copied byte by byte are taken apart; a class
// with a copy constructor, a destructor or virtual functions needs its own
// code.
#ifndef HCR_CORE_COPYPLAN_H
#define HCR_CORE_COPYPLAN_H

#include "Error.h"
#include "Types.h"

#include <hcr-abi/Tables.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hcr {

/// A function of the user's: HCR_MIGRATE.
using Migrator = void (*)(void *New, const void *Old);

/// The migrator of a type, by the name that HcrType has; null: there is none.
class Migrators {
public:
  /// \p Type as the source spells it.
  void add(std::string_view Type, Migrator Function);
  Migrator find(std::string_view Type) const;
  bool empty() const { return All.empty(); }

private:
  std::vector<std::pair<std::string_view, Migrator>> All;
};

class CopyPlan {
public:
  /// Plans the way from \p Before to \p After. The error is the end of a
  /// sentence: "'At.X' of type double does not fit into float".
  Error make(const HcrType &Before, const HcrType &After,
             const Migrators &Functions);

  /// Copies what is kept into \p New, which holds the new initial value.
  /// Allocates nothing; calls no function of the user's.
  void copy(const void *Old, void *New) const;
  /// Calls the functions of the user, in the order of addresses; false if one
  /// of them threw.
  bool call(const void *Old, void *New) const;

  /// Some part of the new object keeps its initial value.
  bool hasNewParts() const { return HasNewParts; }
  bool hasCalls() const { return HasCalls; }

private:
  enum class Kind : uint8_t { Bytes, Number, Repeat, Call };
  enum class Class : uint8_t { Signed, Unsigned, Float, Other };

  struct Place {
    uint64_t Bit = 0;
    uint32_t Bits = 0; // of a number
    Class Is = Class::Other;
  };
  struct Step {
    Kind Does;
    Place From, To;
    /// Bytes: how many. Repeat: how many steps follow that are repeated.
    uint64_t Size = 0;
    uint64_t Count = 0, FromStride = 0, ToStride = 0; // Repeat; bytes
    Migrator Function = nullptr;
  };

  Error add(const HcrType &Before, const HcrType &After, uint64_t From,
            uint64_t To, const std::string &Path);
  Error addRecord(const HcrType &Before, const HcrType &After, uint64_t From,
                  uint64_t To, const std::string &Path);
  Error addUnion(const HcrType &Before, const HcrType &After, uint64_t From,
                 uint64_t To, const std::string &Path);
  Error addArray(const HcrType &Before, const HcrType &After, uint64_t From,
                 uint64_t To, const std::string &Path);
  Error addNumber(const HcrType &Before, const HcrType &After, Place From,
                  Place To, const std::string &Path);
  void addBytes(uint64_t From, uint64_t To, uint64_t Size);
  static Class classOf(const HcrType &T);
  static bool fits(const Place &From, const Place &To);

  static void convert(const Place &From, const char *Old, const Place &To,
                      char *New);
  bool run(size_t Begin, size_t End, const char *Old, char *New,
           bool Calls) const;

  const Migrators *Functions = nullptr;
  TypeWalk *Walk = nullptr; // of make()
  std::vector<Step> Steps;
  size_t Barrier = 0; // steps in front of it are complete
  bool HasNewParts = false, HasCalls = false;
};

} // namespace hcr

#endif
