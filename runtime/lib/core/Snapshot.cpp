// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Snapshot.h"

#include "Runtime.h"

#include <cstring>

namespace hcr {

static bool isPlainType(const HcrType &T, TypeWalk &Walk) {
  TypeWalk::Step Step(Walk);
  if (!Step.mayGoOn())
    return false;
  if (T.Kind == HCR_TYPE_SCALAR)
    return T.Encoding != 0; // 0 is a pointer
  for (const HcrField &F : fieldsOf(T)) {
    const auto *Part = follow<const HcrType>(F.Type);
    if (!Part || !isPlainType(*Part, Walk))
      return false;
  }
  return T.FieldCount != 0 || T.Kind == HCR_TYPE_RECORD;
}

bool isPlain(const GlobalSymbol &S) {
  constexpr uint32_t NoValue =
      HCR_GLOBAL_CONSTANT | HCR_GLOBAL_ALIAS | HCR_GLOBAL_THREAD_LOCAL;
  TypeWalk Walk;
  return S.defined() && S.Storage && S.Size && !(S.Flags & NoValue) &&
         !S.Destroy && S.Type && isPlainType(*S.Type, Walk);
}

Snapshot::~Snapshot() {
  if (Copies)
    sys::releasePages(Copies, Size);
}

bool Snapshot::take(Runtime &R) {
  R.Globals.forEach([&](GlobalSymbol &S) {
    if (!isPlain(S))
      return;
    Places.push_back({S.Storage, S.Size, Size});
    Size += S.Size;
  });
  if (!Size)
    return true;
  Copies = static_cast<char *>(sys::allocatePages(Size));
  if (!Copies) {
    Places.clear();
    return false;
  }
  for (const Place &P : Places)
    memcpy(Copies + P.At, P.Storage, P.Size);
  return true;
}

void Snapshot::forget(const sys::ObjectRange &Object) {
  std::erase_if(Places,
                [&](const Place &P) { return Object.holds(P.Storage); });
}

void Snapshot::restore() const {
  for (const Place &P : Places)
    memcpy(P.Storage, Copies + P.At, P.Size);
}

} // namespace hcr
