// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Layouts of types, as the clang plugin told them (HcrType).
#ifndef HCR_CORE_TYPES_H
#define HCR_CORE_TYPES_H

#include <hcr-abi/Tables.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace hcr {

/// Copies of the types that images told: a variable outlives the image that
/// made it. Each type once, whatever many images bring it.
class KnownTypes {
public:
  /// Copies \p T and all that it consists of, unless it is known.
  void add(const HcrType &T);
  /// The copy; null if nobody added it.
  const HcrType *find(const HcrType &T) const;

private:
  std::unordered_map<uint64_t, const HcrType *> Copies;
  std::vector<std::unique_ptr<uint64_t[]>> Blocks;
};

/// Bounds for who walks through types by calling himself. What compilers make
/// is far below both (a std::tuple of 100 elements: 101 deep); a crafted type
/// can be as deep as its image is long, or contain itself.
class TypeWalk {
public:
  class Step {
  public:
    explicit Step(TypeWalk &W) : W(W) {
      ++W.Depth;
      ++W.Parts;
    }
    ~Step() { --W.Depth; }
    Step(const Step &) = delete;
    Step &operator=(const Step &) = delete;
    bool mayGoOn() const { return W.Depth <= Deepest && W.Parts <= Most; }

  private:
    TypeWalk &W;
  };

private:
  static constexpr unsigned Deepest = 256;
  static constexpr size_t Most = 200'000;
  unsigned Depth = 0;
  size_t Parts = 0;
};

/// A member is found again by its name; a base, or a part without a name, by
/// the name of its type.
bool isSameField(const HcrField &A, const HcrField &B);
const HcrField *findField(const HcrType &In, const HcrField &Like);
/// For messages: its name, else that of its type.
std::string shownName(const HcrField &F);

/// What is different in \p After, one line for each part:
///
///   + int Lives          new
///   - float Speed        gone
///   ~ int Score, from byte 4 to byte 8
std::string describeChange(const HcrType &Before, const HcrType &After);

} // namespace hcr

#endif
