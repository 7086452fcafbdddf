// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TypeInfo.h"

#include "../core/Text.h"

#include <cstdint>
#include <map>

namespace hcr::nim {

namespace {
struct Node;
struct Type {
  intptr_t Size, Align;
  uint8_t Kind, Flags;
  Type *Base;
  Node *Fields;
  // Functions follow.
};
struct Node {
  enum { None, Slot, List, Case };
  uint8_t Kind;
  intptr_t Offset;
  Type *Of;
  const char *Name;
  intptr_t Length;
  Node **Sons;
};
using Places = std::map<std::string_view, intptr_t>;
} // namespace

static bool hasFields(const Type &T) {
  constexpr uint8_t Object = 17, Tuple = 18; // TNimKind
  return T.Kind == Object || T.Kind == Tuple;
}

static void collect(const Node *N, Places &Out) {
  if (!N)
    return;
  if ((N->Kind == Node::Slot || N->Kind == Node::Case) && N->Name)
    Out[N->Name] = N->Offset;
  if (N->Kind == Node::List || N->Kind == Node::Case)
    for (intptr_t I = 0; I < N->Length; ++I)
      collect(N->Sons[I], Out);
}

std::string differenceOf(const void *Before, const void *After) {
  auto &A = *static_cast<const Type *>(Before);
  auto &B = *static_cast<const Type *>(After);
  if (!A.Size || !B.Size || !hasFields(A))
    return {};
  if (A.Size != B.Size)
    return format("changed its size from %zd to %zd bytes", A.Size, B.Size);
  Places Then, Now;
  collect(A.Fields, Then);
  collect(B.Fields, Now);
  for (auto [Name, Offset] : Then)
    if (auto Found = Now.find(Name);
        Found == Now.end() || Found->second != Offset)
      return format("changed the place of its field '%s'",
                    std::string(Name).c_str());
  return {};
}

} // namespace hcr::nim
