// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ActiveCode.h"

#include <algorithm>
#include <set>

namespace hcr {

static uintptr_t addressOf(const void *Pointer) {
  return reinterpret_cast<uintptr_t>(Pointer);
}

/// The object that holds a version, with what its file says.
CodeMap::Object &CodeMap::objectOf(const Version &V) {
  for (const auto &O : Objects)
    if (O->Range.holds(V.Table))
      return *O;
  Object &O = *Objects.emplace_back(std::make_unique<Object>(V.Table));
  for (const FunctionSymbol &F : O.Functions)
    if (F.Size)
      O.ByName.emplace(F.Name, &F);
  if (!O.Functions.empty())
    return O;
  for (const Range<HcrModuleTable> &Tables : V.In->Tables)
    for (const HcrModuleTable &Table : Tables)
      for (const HcrProc &P : procsOf(Table))
        for (const void *Start : {follow(P.Body), follow(P.Entry)})
          if (Start)
            O.Starts.push_back(addressOf(Start));
  std::sort(O.Starts.begin(), O.Starts.end());
  return O;
}

/// Without a symbol of the file: up to the next function that any module of the
/// object has.
uintptr_t CodeMap::endOf(const Object &In, uintptr_t Begin) const {
  auto At = std::lower_bound(
      In.Functions.begin(), In.Functions.end(), Begin - In.Bias,
      [](const FunctionSymbol &F, uintptr_t A) { return F.Address < A; });
  uint64_t Size = 0;
  for (; At != In.Functions.end() && At->Address == Begin - In.Bias; ++At)
    Size = std::max(Size, At->Size);
  if (Size)
    return Begin + Size;
  auto Next = std::upper_bound(In.Starts.begin(), In.Starts.end(), Begin);
  return Next == In.Starts.end() ? addressOf(In.Range.End) : *Next;
}

void CodeMap::addFunction(const Version &V, uint32_t Row) {
  const HcrProc &P = procsOf(*V.Table)[Row];
  Object &In = objectOf(V);
  if (const void *Body = follow(P.Body)) {
    Functions.push_back({addressOf(Body), endOf(In, addressOf(Body)), &V, Row});
    return;
  }
  // Inline functions, of which the linker took one copy, and `main`.
  if (auto F = In.ByName.find(nameOf(P.Name)); F != In.ByName.end()) {
    uintptr_t Begin = In.Bias + F->second->Address;
    Functions.push_back({Begin, Begin + F->second->Size, &V, Row});
  }
}

void CodeMap::add(const Version &V) {
  if (!V.Table)
    return;
  Object &In = objectOf(V);
  if (!In.Range.Begin)
    return;
  // What no function of an image's module is known to hold is the module's,
  // too.
  if (!V.Permanent)
    Wholes.push_back(
        {addressOf(In.Range.Begin), addressOf(In.Range.End), &V, Code::NoRow});
  auto Procs = procsOf(*V.Table);
  for (uint32_t I = 0; I < Procs.size(); ++I)
    addFunction(V, I);
}

void CodeMap::sort() {
  std::sort(Functions.begin(), Functions.end(),
            [](const Code &A, const Code &B) { return A.Begin < B.Begin; });
  Lowest = ~uintptr_t(0);
  for (const auto *List : {&Functions, &Wholes})
    for (const Code &C : *List) {
      Lowest = std::min(Lowest, C.Begin);
      Highest = std::max(Highest, C.End);
    }
}

const Code *CodeMap::before(uintptr_t Word) const {
  auto At =
      std::upper_bound(Functions.begin(), Functions.end(), Word,
                       [](uintptr_t W, const Code &C) { return W < C.Begin; });
  return At == Functions.begin() ? nullptr : &*(At - 1);
}

std::string CodeMap::sourceName(const Code &C) {
  if (C.Row == Code::NoRow)
    return {};
  return demangle(nameOf(procsOf(*C.Of->Table)[C.Row].Name));
}

/// Every version whose code may run: a frame may also be in an old one.
static void addVersions(Runtime &R, const std::set<std::string> &Names,
                        CodeMap &Map) {
  std::vector<const Version *> All;
  {
    sys::Guard G(R.Lock);
    forgetClosedHosts(R);
    indexHosts(R);
    R.Loaded.forEachVersion([&](const Version &V) {
      if (Names.contains(V.Of->Name))
        All.push_back(&V);
    });
  }
  // Versions go only by who has the turn.
  for (const Version *V : All)
    Map.add(*V);
  Map.sort();
}

Activity activityOfChanged(Runtime &R, const void *StackTop) {
  Activity Out;
  std::set<std::string> Names;
  if (!R.Images.anythingNew())
    return Out;
  for (const Found &F : R.Images.take(true))
    Names.insert(F.Module);
  if (Names.empty())
    return Out;
  CodeMap Map;
  addVersions(R, Names, Map);
  if (Map.empty())
    return Out; // new modules only
  Scan Memory(R, StackTop);
  Out.Text = Memory.whyNot();
  if (!Out.Text.empty()) {
    Out.Answer = Activity::Unknown;
    return Out;
  }
  struct Hit {
    const Code *Where;
    int Thread;
    bool operator==(const Hit &) const = default;
  };
  constexpr size_t Most = 64;
  Hit Hits[Most];
  size_t Count = 0;
  {
    sys::Guard G(R.Lock);
    if (!Memory.hold(Out.Text)) {
      Out.Answer = Activity::Unknown;
      return Out;
    }
    Memory.stacks([&](uintptr_t Word, uintptr_t At) {
      Map.onStack(Word, [&](const Code &C) {
        Hit H = {&C, Memory.threadAt(At)};
        if (Count < Most && std::find(Hits, Hits + Count, H) == Hits + Count)
          Hits[Count++] = H;
      });
    });
    Memory.release();
  }
  for (size_t I = 0; I < Count; ++I) {
    std::string Name = CodeMap::sourceName(*Hits[I].Where);
    Out.Answer = Activity::Active;
    Out.Text +=
        format("%s%s: %s is active on thread %d", I ? "\n" : "",
               Hits[I].Where->Of->Of->Name.c_str(),
               Name.empty() ? "a function" : Name.c_str(), Hits[I].Thread);
  }
  return Out;
}

} // namespace hcr
