// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pointers that the runtime keeps current: slots of a function, pointers of a
// variable. Nearly every symbol of a host program has exactly one, so one is
// stored without an allocation.
#ifndef HCR_CORE_CELLS_H
#define HCR_CORE_CELLS_H

#include <cstddef>
#include <vector>

namespace hcr {

/// A pointer in compiled code's data that other threads load at any time.
using Cell = void **;

inline void storeCell(Cell At, void *Value) {
  __atomic_store_n(At, Value, __ATOMIC_RELEASE);
}
inline void *loadCell(Cell At) { return __atomic_load_n(At, __ATOMIC_ACQUIRE); }

class Cells {
public:
  void add(Cell C) {
    if (!First)
      First = C;
    else
      Rest.push_back(C);
  }
  /// For the slots of a host image, which several modules list.
  void addOnce(Cell C) {
    if (!contains(C))
      add(C);
  }
  bool contains(Cell C) const {
    if (First == C)
      return true;
    for (Cell Other : Rest)
      if (Other == C)
        return true;
    return false;
  }
  void remove(Cell C) {
    if (First == C) {
      First = Rest.empty() ? nullptr : Rest.back();
      if (!Rest.empty())
        Rest.pop_back();
      return;
    }
    // The cells of replaced images were added late.
    for (size_t I = Rest.size(); I-- > 0;)
      if (Rest[I] == C) {
        Rest[I] = Rest.back();
        Rest.pop_back();
        return;
      }
  }
  template <class Predicate> void removeIf(Predicate P) {
    std::vector<Cell> Kept;
    forEach([&](Cell C) {
      if (!P(C))
        Kept.push_back(C);
    });
    clear();
    for (Cell C : Kept)
      add(C);
  }
  template <class Function> void forEach(Function F) const {
    if (!First)
      return;
    F(First);
    for (Cell C : Rest)
      F(C);
  }
  size_t size() const { return First ? 1 + Rest.size() : 0; }
  void clear() {
    First = nullptr;
    Rest.clear();
  }

private:
  Cell First = nullptr;
  std::vector<Cell> Rest;
};

} // namespace hcr

#endif
